// Python's strings as UTF-8, and references that are given back.
#pragma once

#define PY_SSIZE_T_CLEAN
#include <Python.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model.h"

namespace nlp {

// An error of Python's is set: whoever catches it returns nullptr.
struct PythonError {};

// A reference that is given back.
class Reference {
  public:
    Reference() = default;
    // Takes over a new reference; PythonError if it's nullptr, as an error is set then.
    explicit Reference(PyObject* object) : object_(object) {
        if (object == nullptr) throw PythonError{};
    }
    Reference(Reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    Reference& operator=(Reference&& other) noexcept {
        std::swap(object_, other.object_);
        return *this;
    }
    Reference(const Reference&) = delete;
    Reference& operator=(const Reference&) = delete;
    ~Reference() { Py_XDECREF(object_); }

    PyObject* get() const { return object_; }
    PyObject* release() { return std::exchange(object_, nullptr); }

  private:
    PyObject* object_ = nullptr;
};

// Strings as UTF-8, which stay as they are until this is gone, whoever else lets go of them.
class Texts {
  public:
    // The UTF-8 of a string, lone surrogates as three bytes. PythonError for anything else.
    std::string_view utf8(PyObject* string);
    // Holds an object.
    void keep(PyObject* object) {
        Py_INCREF(object);
        kept_.emplace_back(object);
    }

  private:
    std::vector<Reference> kept_;
};

// Words of sentences. PythonError for anything but a sequence of sequences of strings, none empty.
Sentences read_sentences(PyObject* sentences, Texts& texts);
// Strings. PythonError for anything but a sequence of them.
std::vector<std::string_view> read_texts(PyObject* strings, Texts& texts);
// A string from UTF-8, three bytes as lone surrogates.
Reference to_string(std::string_view utf8);

}  // namespace nlp
