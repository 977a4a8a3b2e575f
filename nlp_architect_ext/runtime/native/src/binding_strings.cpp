#include "binding_strings.h"

namespace nlp {
namespace {

// A sequence as a tuple, which nobody can change.
Reference to_tuple(PyObject* sequence, const char* expected) {
    PyObject* tuple = PyUnicode_Check(sequence) != 0 ? nullptr : PySequence_Tuple(sequence);
    if (tuple == nullptr) {
        PyErr_Format(PyExc_TypeError, "%R; expected %s", sequence, expected);
    }
    return Reference(tuple);
}

}  // namespace

std::string_view Texts::utf8(PyObject* string) {
    if (PyUnicode_Check(string) == 0) {
        PyErr_Format(PyExc_TypeError, "%R; expected a string", string);
        throw PythonError{};
    }
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_AsUTF8AndSize(string, &size);
    if (bytes == nullptr) {
        if (PyErr_ExceptionMatches(PyExc_UnicodeEncodeError) == 0) throw PythonError{};
        PyErr_Clear();
        kept_.emplace_back(PyUnicode_AsEncodedString(string, "utf-8", "surrogatepass"));
        PyObject* encoded = kept_.back().get();
        return {PyBytes_AsString(encoded), static_cast<std::size_t>(PyBytes_Size(encoded))};
    }
    return {bytes, static_cast<std::size_t>(size)};
}

std::vector<std::string_view> read_texts(PyObject* strings, Texts& texts) {
    const Reference tuple = to_tuple(strings, "a sequence of texts");
    texts.keep(tuple.get());
    std::vector<std::string_view> found;
    const Py_ssize_t count = PyTuple_Size(tuple.get());
    found.reserve(static_cast<std::size_t>(count));
    for (Py_ssize_t text = 0; text < count; ++text) {
        found.push_back(texts.utf8(PyTuple_GetItem(tuple.get(), text)));
    }
    return found;
}

Sentences read_sentences(PyObject* sentences, Texts& texts) {
    const Reference all = to_tuple(sentences, "a sequence of sentences");
    Sentences found;
    const Py_ssize_t count = PyTuple_Size(all.get());
    found.starts.reserve(static_cast<std::size_t>(count) + 1);
    for (Py_ssize_t sentence = 0; sentence < count; ++sentence) {
        const Reference words =
            to_tuple(PyTuple_GetItem(all.get(), sentence), "a sequence of words");
        texts.keep(words.get());
        const Py_ssize_t length = PyTuple_Size(words.get());
        for (Py_ssize_t word = 0; word < length; ++word) {
            found.words.push_back(texts.utf8(PyTuple_GetItem(words.get(), word)));
            if (found.words.back().empty()) {
                PyErr_SetString(PyExc_ValueError, "an empty word");
                throw PythonError{};
            }
        }
        found.starts.push_back(found.words.size());
    }
    return found;
}

Reference to_string(std::string_view utf8) {
    return Reference(
        PyUnicode_DecodeUTF8(utf8.data(), static_cast<Py_ssize_t>(utf8.size()), "surrogatepass"));
}

}  // namespace nlp
