// One model and many threads, for sanitizers: `stress THREADS EXPORT...`.
//
// Each thread tags the same texts, alone and in company, in an order of its own, and must find what
// one thread found, bit by bit. Words that are new to the model's table come up at the same time.
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "errors.h"
#include "kernels.h"
#include "model_files.h"

namespace {

constexpr std::size_t kRounds = 3;
constexpr std::size_t kTexts = 40;

// Texts of all lengths, from none to many windows, of words that are known and unknown.
std::vector<std::string> texts_for(std::size_t round) {
    static constexpr const char* kPieces[] = {
        "Anna",
        " met",
        " Bo",
        " in",
        " Oslo",
        " today.",
        " \xC3\x89\x61",
        "\n",
        " \xF0\x9F\x98\x80",
        " x@example.org",
        " U.K.",
        " \xED\xA0\x80",
        " (3.50)",
    };
    constexpr std::size_t kCount = sizeof kPieces / sizeof *kPieces;
    std::vector<std::string> texts;
    for (std::size_t text = 0; text < kTexts; ++text) {
        std::string content;
        const std::size_t length = text % 7 == 6 ? 30 * text : text % 7 * 3;
        for (std::size_t word = 0; word < length; ++word) {
            content += kPieces[(word * word + 3 * text + word) % kCount];
            if (word % 5 == 4) content += " new" + std::to_string(round * 100 + word % 50);
        }
        texts.push_back(content);
    }
    return texts;
}

std::vector<std::string_view> views(const std::vector<std::string>& texts, std::size_t first,
                                    std::size_t count) {
    std::vector<std::string_view> found;
    for (std::size_t index = 0; index < count; ++index) {
        found.emplace_back(texts[(first + index) % texts.size()]);
    }
    return found;
}

// What was found of each sentence, as bytes that can be compared.
std::vector<std::string> summaries(const nlp::Model& model,
                                   const std::vector<std::string_view>& texts) {
    const nlp::SplitTexts split = model.split(texts);
    const nlp::Sentences& sentences = split.sentences;
    const nlp::Found found = model.tag(sentences, 0.0);
    std::vector<std::string> summaries;
    for (std::size_t index = 0; index < sentences.size(); ++index) {
        std::string summary;
        for (std::size_t word = sentences.starts[index]; word < sentences.starts[index + 1];
             ++word) {
            char bytes[sizeof(double)];
            std::memcpy(bytes, &found.chances[word], sizeof bytes);
            summary.append(bytes, sizeof bytes);
            summary += std::to_string(found.labels[word]) + " ";
        }
        summary += std::to_string(found.entities[index].size());
        summaries.push_back(summary);
    }
    return summaries;
}

// Whether a thread finds what is expected: one text at a time, then several, then all.
bool agrees(const nlp::Model& model, const std::vector<std::string>& texts,
            const std::vector<std::string>& expected, std::size_t thread) {
    for (const std::size_t company : {std::size_t{1}, std::size_t{7}, texts.size()}) {
        for (std::size_t done = 0; done < texts.size(); done += company) {
            const std::size_t first = (done + 5 * thread) % texts.size();
            const std::vector<std::string> found = summaries(model, views(texts, first, company));
            for (std::size_t index = 0; index < company; ++index) {
                if (found[index] != expected[(first + index) % texts.size()]) return false;
            }
        }
    }
    return true;
}

// Every thread on one model, which shares its calls among threads of its own.
bool holds(const Parts& parts, std::size_t threads, std::size_t own_threads) {
    const nlp::Model model(files_of(parts), own_threads);
    std::atomic<std::size_t> wrong{0};
    for (std::size_t round = 0; round < kRounds; ++round) {
        const std::vector<std::string> texts = texts_for(round);
        const nlp::Model alone(files_of(parts), 1);
        const std::vector<std::string> expected = summaries(alone, views(texts, 0, texts.size()));
        std::vector<std::thread> running;
        for (std::size_t thread = 0; thread < threads; ++thread) {
            running.emplace_back([&, thread] {
                try {
                    if (!agrees(model, texts, expected, thread)) ++wrong;
                } catch (const std::exception& error) {
                    std::fprintf(stderr, "thread %zu: %s\n", thread, error.what());
                    ++wrong;
                }
            });
        }
        for (std::thread& one : running) one.join();
    }
    return wrong == 0;
}

// Whether the kernels that NLP_ARCHITECT_EXT_KERNEL names can run here.
bool is_possible() {
    try {
        nlp::kernels();
    } catch (const nlp::DataError& error) {
        std::puts(error.what());
        return false;
    }
    return true;
}

}  // namespace

int main(int count, char** arguments) {
    if (count < 3) {
        std::fputs("stress THREADS EXPORT...\n", stderr);
        return 2;
    }
    if (!is_possible()) return 0;
    const std::size_t threads = std::strtoull(arguments[1], nullptr, 10);
    for (int index = 2; index < count; ++index) {
        const Parts parts = read_parts(arguments[index]);
        for (const std::size_t own : {std::size_t{1}, std::size_t{3}}) {
            if (!holds(parts, threads, own)) {
                std::fprintf(stderr, "%s: not what one thread finds\n", arguments[index]);
                return 1;
            }
        }
        std::printf("%s: %zu threads find what one finds (%s)\n", arguments[index], threads,
                    nlp::kernels().name);
    }
    return 0;
}
