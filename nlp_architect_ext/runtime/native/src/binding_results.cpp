#include "binding_results.h"

#include "utf8.h"

namespace nlp {
namespace {

// What fills a list or a tuple takes over its references.
template <class Function>
Reference filled_list(std::size_t count, Function item) {
    Reference list(PyList_New(static_cast<Py_ssize_t>(count)));
    for (std::size_t index = 0; index < count; ++index) {
        PyList_SetItem(list.get(), static_cast<Py_ssize_t>(index), item(index).release());
    }
    return list;
}

template <class Function>
Reference filled_tuple(std::size_t count, Function item) {
    Reference tuple(PyTuple_New(static_cast<Py_ssize_t>(count)));
    for (std::size_t index = 0; index < count; ++index) {
        PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(index), item(index).release());
    }
    return tuple;
}

Reference names(const std::vector<std::string>& strings) {
    return filled_tuple(strings.size(), [&](std::size_t index) {
        PyObject* name = to_string(strings[index]).release();
        PyUnicode_InternInPlace(&name);
        return Reference(name);
    });
}

Reference item_of(const Reference& tuple, std::size_t index) {
    PyObject* item = PyTuple_GetItem(tuple.get(), static_cast<Py_ssize_t>(index));
    Py_XINCREF(item);
    return Reference(item);
}

Reference number(std::size_t value) { return Reference(PyLong_FromSize_t(value)); }

}  // namespace

Results::Results(const LabelSet& labels, PyObject* entity)
    : attributes_(names({"entity_group", "score", "word", "start", "end"})),
      labels_(names(labels.names())),
      types_(names(labels.types())) {
    if (PyType_Check(entity) == 0) {
        PyErr_SetString(PyExc_TypeError, "expected the class of entities");
        throw PythonError{};
    }
    Py_INCREF(entity);
    entity_ = Reference(entity);
}

Reference Results::predictions(const Sentences& sentences, const Found& found) const {
    return filled_list(sentences.size(), [&](std::size_t sentence) {
        const std::size_t start = sentences.starts[sentence];
        const std::size_t words = sentences.length(sentence);
        Reference labels = filled_tuple(words, [&](std::size_t word) {
            return item_of(labels_, static_cast<std::size_t>(found.labels[start + word]));
        });
        Reference chances = filled_tuple(words, [&](std::size_t word) {
            return Reference(PyFloat_FromDouble(found.chances[start + word]));
        });
        return Reference(PyTuple_Pack(2, labels.get(), chances.get()));
    });
}

Reference Results::spans(const Found& found) const {
    return filled_list(found.entities.size(), [&](std::size_t sentence) {
        const std::vector<Entity>& own = found.entities[sentence];
        return filled_list(own.size(), [&](std::size_t index) {
            const Reference type = item_of(types_, own[index].type);
            const Reference score(PyFloat_FromDouble(own[index].score));
            const Reference first = number(own[index].first);
            const Reference end = number(own[index].end);
            return Reference(PyTuple_Pack(4, type.get(), score.get(), first.get(), end.get()));
        });
    });
}

Reference Results::entities(const Sentences& sentences, const Found& found) const {
    return filled_list(found.entities.size(), [&](std::size_t sentence) {
        const std::vector<Entity>& own = found.entities[sentence];
        const std::string_view* words = sentences.words.data() + sentences.starts[sentence];
        std::size_t word = 0;
        std::size_t place = 0;  // of that word, in code points
        return filled_list(own.size(), [&](std::size_t index) {
            for (; word < own[index].first; ++word) place += count_code_points(words[word]) + 1;
            std::string text(words[word]);
            for (std::size_t more = word + 1; more < own[index].end; ++more) {
                text += ' ';
                text += words[more];
            }
            const std::size_t end = place + count_code_points(text);
            return entity(own[index].type, own[index].score, to_string(text), place, end);
        });
    });
}

Reference Results::entities(const std::vector<std::string_view>& texts, const SplitTexts& split,
                            const Found& found) const {
    return filled_list(found.entities.size(), [&](std::size_t sentence) {
        const std::vector<Entity>& own = found.entities[sentence];
        return filled_list(own.size(), [&](std::size_t index) {
            const Word& first = split.words[sentence][own[index].first];
            const Word& last = split.words[sentence][own[index].end - 1];
            const std::string_view text =
                texts[sentence].substr(first.byte_start, last.byte_end - first.byte_start);
            return entity(own[index].type, own[index].score, to_string(text), first.start,
                          last.end);
        });
    });
}

// An instance whose attributes are set as if it weren't frozen: its own constructor takes longer
// than the network for a word.
Reference Results::entity(std::size_t type, double score, Reference word, std::size_t start,
                          std::size_t end) const {
    Reference found(PyType_GenericAlloc(reinterpret_cast<PyTypeObject*>(entity_.get()), 0));
    const Reference values[] = {item_of(types_, type), Reference(PyFloat_FromDouble(score)),
                                std::move(word), number(start), number(end)};
    for (std::size_t index = 0; index < 5; ++index) {
        PyObject* name = PyTuple_GetItem(attributes_.get(), static_cast<Py_ssize_t>(index));
        if (PyObject_GenericSetAttr(found.get(), name, values[index].get()) != 0) {
            throw PythonError{};
        }
    }
    return found;
}

Reference words_of(const SplitTexts& split) {
    return filled_list(split.words.size(), [&](std::size_t text) {
        const std::vector<Word>& own = split.words[text];
        const std::size_t first = split.sentences.starts[text];
        Reference words = filled_tuple(own.size(), [&](std::size_t word) {
            PyObject* string = to_string(split.sentences.words[first + word]).release();
            PyUnicode_InternInPlace(&string);  // words come again and again
            return Reference(string);
        });
        Reference offsets = filled_tuple(own.size(), [&](std::size_t word) {
            const Reference start = number(own[word].start);
            const Reference end = number(own[word].end);
            return Reference(PyTuple_Pack(2, start.get(), end.get()));
        });
        return Reference(PyTuple_Pack(2, words.get(), offsets.get()));
    });
}

}  // namespace nlp
