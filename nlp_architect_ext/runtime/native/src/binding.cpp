// The module `_kernel`, in Python's stable ABI: one build serves 3.11 and all later versions.
#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include "errors.h"
#include "kernels.h"

namespace {

// What a module owns, instead of globals: several interpreters may each import it.
struct State {
    PyObject* data_error;
};

State* state_of(PyObject* module) { return static_cast<State*>(PyModule_GetState(module)); }

// The instruction set that is computed with; ValueError if one is forced that isn't there.
PyObject* path(PyObject* module, PyObject*) {
    try {
        return PyUnicode_FromString(nlp::kernels().name);
    } catch (const nlp::DataError& error) {
        PyErr_SetString(state_of(module)->data_error, error.what());
        return nullptr;
    }
}

int execute(PyObject* module) {
    State* state = state_of(module);
    state->data_error = PyErr_NewExceptionWithDoc(
        "nlp_architect_ext.runtime.native._kernel.DataError",
        "A model's files, or what a caller passed, aren't what they should be.", PyExc_ValueError,
        nullptr);
    if (state->data_error == nullptr) return -1;
    return PyModule_AddObjectRef(module, "DataError", state->data_error);
}

int traverse(PyObject* module, visitproc visit, void* arg) {
    State* state = state_of(module);
    if (state != nullptr) Py_VISIT(state->data_error);
    return 0;
}

int clear(PyObject* module) {
    State* state = state_of(module);
    if (state != nullptr) Py_CLEAR(state->data_error);
    return 0;
}

void release(void* module) { clear(static_cast<PyObject*>(module)); }

PyMethodDef kMethods[] = {
    {"path", path, METH_NOARGS, "path() -> str: the instruction set that is computed with."},
    {nullptr, nullptr, 0, nullptr},
};

// Without Py_mod_gil, a Python that has no interpreter lock takes one up again for this module.
PyModuleDef_Slot kSlots[] = {
    {Py_mod_exec, reinterpret_cast<void*>(execute)},
    {0, nullptr},
};

PyModuleDef kModule = {
    PyModuleDef_HEAD_INIT,
    "nlp_architect_ext.runtime.native._kernel",
    "Exports run in C++.",
    sizeof(State),
    kMethods,
    kSlots,
    traverse,
    clear,
    release,
};

}  // namespace

PyMODINIT_FUNC PyInit__kernel() { return PyModuleDef_Init(&kModule); }
