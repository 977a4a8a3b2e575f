#include "binding_model.h"

#include <memory>
#include <new>
#include <optional>
#include <string>

#include "binding_results.h"
#include "binding_written.h"
#include "errors.h"

namespace nlp {
namespace {

struct Content {
    std::unique_ptr<Model> model;
    std::optional<Results> results;
};

struct ModelObject {
    PyObject_HEAD
    Content* content;
};

// What `function` gives; C++'s exceptions become Python's, and nullptr.
template <class Function>
PyObject* guarded(Function function) {
    try {
        return function().release();
    } catch (const PythonError&) {
    } catch (const DataError& error) {
        PyErr_SetString(PyExc_ValueError, error.what());
    } catch (const std::bad_alloc&) {
        PyErr_NoMemory();
    } catch (const std::exception& error) {
        PyErr_SetString(PyExc_RuntimeError, error.what());
    }
    return nullptr;
}

// Other threads of Python run while it computes.
template <class Function>
auto unlocked(Function function) {
    struct Unlocked {
        PyThreadState* state = PyEval_SaveThread();
        ~Unlocked() { PyEval_RestoreThread(state); }
    };
    const Unlocked unlocked;
    return function();
}

const Content& content(PyObject* self) { return *reinterpret_cast<ModelObject*>(self)->content; }

void parse(int was_parsed) {
    if (was_parsed == 0) throw PythonError{};
}

PyObject* create(PyTypeObject* type, PyObject* arguments, PyObject*) {
    return guarded([&] {
        const char* bytes[5];
        Py_ssize_t sizes[5];
        Py_ssize_t threads = 1;
        PyObject* entity = nullptr;
        parse(PyArg_ParseTuple(arguments, "y#y#y#y#y#nO:Model", &bytes[0], &sizes[0], &bytes[1],
                               &sizes[1], &bytes[2], &sizes[2], &bytes[3], &sizes[3], &bytes[4],
                               &sizes[4], &threads, &entity));
        const auto file = [&](int index) {
            return std::string_view(bytes[index], static_cast<std::size_t>(sizes[index]));
        };
        auto made = std::make_unique<Content>();
        const ExportFiles files{file(0), file(1), file(2), file(3), file(4)};
        const auto count = threads < 1 ? std::size_t{1} : static_cast<std::size_t>(threads);
        made->model = std::make_unique<Model>(files, count);
        made->results.emplace(made->model->labels(), entity);
        Reference self(PyType_GenericAlloc(type, 0));
        reinterpret_cast<ModelObject*>(self.get())->content = made.release();
        return self;
    });
}

void destroy(PyObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    delete reinterpret_cast<ModelObject*>(self)->content;
    auto* release = reinterpret_cast<freefunc>(PyType_GetSlot(type, Py_tp_free));
    release(self);
    Py_DECREF(type);
}

// Sentences of words that were tagged; the texts keep them.
struct Tagged {
    Texts texts;
    Sentences sentences;
    Found found;
};

Tagged tag(const Content& own, PyObject* sentences, double threshold) {
    Tagged tagged;
    tagged.sentences = read_sentences(sentences, tagged.texts);
    tagged.found = unlocked([&] { return own.model->tag(tagged.sentences, threshold); });
    return tagged;
}

PyObject* predictions(PyObject* self, PyObject* sentences) {
    return guarded([&] {
        const Tagged tagged = tag(content(self), sentences, 0);
        return content(self).results->predictions(tagged.sentences, tagged.found);
    });
}

PyObject* spans(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        PyObject* sentences = nullptr;
        double threshold = 0;
        parse(PyArg_ParseTuple(arguments, "Od:spans", &sentences, &threshold));
        return content(self).results->spans(tag(content(self), sentences, threshold).found);
    });
}

PyObject* entities(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        PyObject* sentences = nullptr;
        double threshold = 0;
        parse(PyArg_ParseTuple(arguments, "Od:entities", &sentences, &threshold));
        const Tagged tagged = tag(content(self), sentences, threshold);
        return content(self).results->entities(tagged.sentences, tagged.found);
    });
}

// Texts that were split and tagged.
struct TaggedTexts {
    Texts kept;
    double threshold = 0;
    std::vector<std::string_view> texts;
    SplitTexts split;
    Found found;
};

TaggedTexts tag_texts(const Content& own, PyObject* arguments, const char* format) {
    TaggedTexts tagged;
    PyObject* texts = nullptr;
    parse(PyArg_ParseTuple(arguments, format, &texts, &tagged.threshold));
    tagged.texts = read_texts(texts, tagged.kept);
    unlocked([&] {
        tagged.split = own.model->split(tagged.texts);
        tagged.found = own.model->tag(tagged.split.sentences, tagged.threshold);
    });
    return tagged;
}

PyObject* text_entities(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        const TaggedTexts tagged = tag_texts(content(self), arguments, "Od:text_entities");
        return content(self).results->entities(tagged.texts, tagged.split, tagged.found);
    });
}

// A text to be written, and how many words it has.
Reference with_word_count(const Reference& text, const TaggedTexts& tagged) {
    const Reference words(PyLong_FromSize_t(tagged.split.sentences.words.size()));
    return Reference(PyTuple_Pack(2, text.get(), words.get()));
}

PyObject* text_columns(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        const TaggedTexts tagged = tag_texts(content(self), arguments, "Od:text_columns");
        const LabelSet& labels = content(self).model->labels();
        return with_word_count(
            written_columns(labels, tagged.split.sentences, tagged.found, tagged.threshold),
            tagged);
    });
}

PyObject* text_json(PyObject* self, PyObject* arguments) {
    return guarded([&] {
        const TaggedTexts tagged = tag_texts(content(self), arguments, "Od:text_json");
        const LabelSet& labels = content(self).model->labels();
        return with_word_count(written_json(labels, tagged.texts, tagged.split, tagged.found),
                               tagged);
    });
}

PyObject* split(PyObject* self, PyObject* texts) {
    return guarded([&] {
        Texts kept;
        const std::vector<std::string_view> read = read_texts(texts, kept);
        return words_of(unlocked([&] { return content(self).model->split(read); }));
    });
}

PyObject* emissions(PyObject* self, PyObject* sentences) {
    return guarded([&] {
        Texts kept;
        const Sentences read = read_sentences(sentences, kept);
        const std::vector<float> found =
            unlocked([&] { return content(self).model->emissions(read); });
        return Reference(
            PyBytes_FromStringAndSize(reinterpret_cast<const char*>(found.data()),
                                      static_cast<Py_ssize_t>(found.size() * sizeof(float))));
    });
}

PyObject* size(PyObject* self, void*) { return PyLong_FromSize_t(content(self).model->size()); }

PyMethodDef kMethods[] = {
    {"predictions", predictions, METH_O,
     "predictions(sentences): of each sentence of words (labels, probabilities)."},
    {"spans", spans, METH_VARARGS,
     "spans(sentences, threshold): of each the entities as (type, score, first word, end)."},
    {"entities", entities, METH_VARARGS,
     "entities(sentences, threshold): of each its entities, in the words joined by spaces."},
    {"text_entities", text_entities, METH_VARARGS,
     "text_entities(texts, threshold): of each text its entities."},
    {"text_columns", text_columns, METH_VARARGS,
     "text_columns(texts, threshold): the words with their labels a line, and how many."},
    {"text_json", text_json, METH_VARARGS,
     "text_json(texts, threshold): a line of JSON a text, and the number of words."},
    {"split", split, METH_O, "split(texts): of each text (words, offsets)."},
    {"emissions", emissions, METH_O,
     "emissions(sentences): float32 (words, labels) as bytes, before any decoding."},
    {nullptr, nullptr, 0, nullptr},
};

PyGetSetDef kProperties[] = {
    {"size", size, nullptr, "Bytes of what was learnt.", nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr},
};

constexpr const char* kDocumentation =
    "Model(config, vocabulary, words, network, splitting, threads, entity): an exported tagger.\n\n"
    "The first five are the bytes of its files; `entity` is the class of what it finds. "
    "ValueError\n"
    "for files that no export wrote.";

PyType_Slot kSlots[] = {
    {Py_tp_new, reinterpret_cast<void*>(create)},
    {Py_tp_dealloc, reinterpret_cast<void*>(destroy)},
    {Py_tp_methods, kMethods},
    {Py_tp_getset, kProperties},
    {Py_tp_doc, const_cast<char*>(kDocumentation)},
    {0, nullptr},
};

PyType_Spec kSpecification = {"nlp_architect_ext.runtime.native._kernel.Model", sizeof(ModelObject),
                              0, Py_TPFLAGS_DEFAULT, kSlots};

}  // namespace

PyObject* make_model_class() { return PyType_FromSpec(&kSpecification); }

}  // namespace nlp
