// The library for programs in C; see ../include/nlp_architect_tagger.h.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <exception>
#include <memory>
#include <new>
#include <string>
#include <utility>
#include <vector>

#include "../include/nlp_architect_tagger.h"
#include "errors.h"
#include "json.h"
#include "kernels.h"
#include "model.h"
#include "sha256.h"
#include "utf8.h"

struct nlp_tagger {
    nlp::Model model;
};

struct nlp_result {
    std::vector<nlp_span> entities;
    std::vector<nlp_span> words;
};

namespace {

// The files of a folder, in the order of nlp_files; the last names the checksums of the others.
constexpr const char* kNames[] = {"config.json",         "vocabulary.json", "words.safetensors",
                                  "network.safetensors", "splitting.json",  "MANIFEST.json"};
constexpr std::size_t kFiles = sizeof kNames / sizeof *kNames;
constexpr std::size_t kManifest = kFiles - 1;

struct Contents {
    std::string_view files[kFiles];
};

void write_error(const char* message, char* error, std::size_t size) {
    if (error == nullptr || size == 0) return;
    const std::size_t length = std::min(std::strlen(message), size - 1);
    std::memcpy(error, message, length);
    error[length] = '\0';
}

// What `function` gives; exceptions become nullptr and a line.
template <class Function>
auto guarded(Function function, char* error, std::size_t size) -> decltype(function()) {
    try {
        return function();
    } catch (const std::bad_alloc&) {
        write_error("out of memory", error, size);
    } catch (const std::exception& wrong) {
        write_error(wrong.what(), error, size);
    } catch (...) {
        write_error("an unknown error", error, size);
    }
    return nullptr;
}

std::string read_file(const std::string& path) {
    struct Close {
        void operator()(std::FILE* file) const { std::fclose(file); }
    };
    const std::unique_ptr<std::FILE, Close> file(std::fopen(path.c_str(), "rb"));
    if (file == nullptr) throw nlp::DataError(path + ": can't be read; expected an exported folder");
    std::string content;
    char part[65536];
    for (std::size_t count; (count = std::fread(part, 1, sizeof part, file.get())) > 0;) {
        content.append(part, count);
    }
    if (std::ferror(file.get())) throw nlp::DataError(path + ": can't be read to its end");
    return content;
}

void check(const Contents& contents) {
    const nlp::Json manifest = nlp::Json::parse(contents.files[kManifest]);
    const nlp::Json& sums = manifest.at("sha256");
    for (std::size_t index = 0; index < kManifest; ++index) {
        if (nlp::sha256(contents.files[index]) != sums.at(kNames[index]).string()) {
            throw nlp::DataError(std::string(kNames[index]) +
                                 " isn't the file that MANIFEST.json describes (cut or altered)");
        }
    }
}

// Without rules text is split at white space, which for another tokenizer would be a guess.
void check_splitting(std::string_view config, std::string_view splitting) {
    const std::string tokenizer = nlp::Json::parse(config).at("tokenizer").string();
    if (tokenizer != "whitespace" && nlp::Json::parse(splitting).is_null()) {
        throw nlp::DataError("splitting.json has no rules for tokenizer " + tokenizer +
                             "; use this model from Python");
    }
}

nlp_tagger* open(const Contents& contents, std::size_t threads) {
    const auto& files = contents.files;
    check_splitting(files[0], files[4]);
    return new nlp_tagger{nlp::Model({files[0], files[1], files[2], files[3], files[4]}, threads)};
}

nlp_span span_of(const std::string& label, double score, const nlp::Word& first,
                 const nlp::Word& last) {
    return {label.c_str(), score, first.byte_start, last.byte_end, first.start, last.end};
}

nlp_result* tag(const nlp::Model& model, std::string_view text, double threshold) {
    if (!nlp::is_utf8(text)) throw nlp::DataError("the text isn't UTF-8");
    if (!(threshold >= 0 && threshold <= 1)) {
        throw nlp::DataError("a threshold that isn't between 0 and 1");
    }
    const nlp::SplitTexts split = model.split({text});
    const nlp::Found found = model.tag(split.sentences, threshold);
    auto result = std::make_unique<nlp_result>();
    const std::vector<nlp::Word>& words = split.words[0];
    for (std::size_t word = 0; word < words.size(); ++word) {
        const auto label = static_cast<std::size_t>(found.labels[word]);
        result->words.push_back(span_of(model.labels().names()[label], found.chances[word],
                                        words[word], words[word]));
    }
    for (const nlp::Entity& entity : found.entities[0]) {
        result->entities.push_back(span_of(model.labels().types()[entity.type], entity.score,
                                           words[entity.first], words[entity.end - 1]));
    }
    return result.release();
}

}  // namespace

nlp_tagger* nlp_tagger_open(const char* folder, std::size_t threads, char* error,
                            std::size_t error_size) {
    return guarded(
        [&] {
            std::string files[kFiles];
            Contents contents;
            for (std::size_t index = 0; index < kFiles; ++index) {
                files[index] = read_file(std::string(folder) + "/" + kNames[index]);
                contents.files[index] = files[index];
            }
            check(contents);
            return open(contents, threads);
        },
        error, error_size);
}

nlp_tagger* nlp_tagger_open_files(const nlp_files* files, std::size_t threads, char* error,
                                  std::size_t error_size) {
    return guarded(
        [&] {
            const nlp_bytes all[kFiles] = {files->config,  files->vocabulary, files->words,
                                           files->network, files->splitting,  files->manifest};
            Contents contents;
            for (std::size_t index = 0; index < kFiles; ++index) {
                contents.files[index] = {all[index].data, all[index].size};
            }
            if (files->manifest.data != nullptr) check(contents);
            return open(contents, threads);
        },
        error, error_size);
}

nlp_result* nlp_tagger_tag(const nlp_tagger* tagger, const char* text, std::size_t size,
                           double threshold, char* error, std::size_t error_size) {
    return guarded([&] { return tag(tagger->model, {text, size}, threshold); }, error, error_size);
}

std::size_t nlp_result_entity_count(const nlp_result* result) { return result->entities.size(); }

const nlp_span* nlp_result_entities(const nlp_result* result) { return result->entities.data(); }

std::size_t nlp_result_word_count(const nlp_result* result) { return result->words.size(); }

const nlp_span* nlp_result_words(const nlp_result* result) { return result->words.data(); }

void nlp_result_free(nlp_result* result) { delete result; }

void nlp_tagger_free(nlp_tagger* tagger) { delete tagger; }

const char* nlp_kernel(void) {
    return guarded([] { return nlp::kernels().name; }, nullptr, 0);
}
