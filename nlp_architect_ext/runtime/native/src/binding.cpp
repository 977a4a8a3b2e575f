// The module `_kernel`, in Python's stable ABI: one build serves 3.11 and all later versions.
#include "binding_model.h"
#include "errors.h"
#include "kernels.h"

namespace {

// The instruction set that is computed with; ValueError if one is forced that isn't there.
PyObject* path(PyObject*, PyObject*) {
    try {
        return PyUnicode_FromString(nlp::kernels().name);
    } catch (const nlp::DataError& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
        return nullptr;
    }
}

int execute(PyObject* module) {
    PyObject* model = nlp::make_model_class();
    if (model == nullptr) return -1;
    const int failure = PyModule_AddObjectRef(module, "Model", model);
    Py_DECREF(model);
    return failure;
}

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
    0,  // the module owns nothing: several interpreters may each import it
    kMethods,
    kSlots,
    nullptr,
    nullptr,
    nullptr,
};

}  // namespace

PyMODINIT_FUNC PyInit__kernel() { return PyModuleDef_Init(&kModule); }
