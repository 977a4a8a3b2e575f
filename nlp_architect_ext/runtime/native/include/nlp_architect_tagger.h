/* Tags text with a model that `nlp-train export` wrote: entities with types, scores and places.
 *
 *     char error[200];
 *     nlp_tagger* tagger = nlp_tagger_open("model/export", 1, error, sizeof error);
 *     nlp_result* result = nlp_tagger_tag(tagger, text, strlen(text), 0, error, sizeof error);
 *     const nlp_span* entities = nlp_result_entities(result);
 *     for (size_t i = 0; i < nlp_result_entity_count(result); ++i) puts(entities[i].label);
 *     nlp_result_free(result);
 *     nlp_tagger_free(tagger);
 *
 * Strings are UTF-8. Where something can go wrong a function gives NULL and writes one line that
 * says what into `error`, cut to `error_size` bytes with its final zero; `error` may be NULL.
 *
 * Any number of threads may use one tagger at once. Results belong to whoever asked for them.
 */
#ifndef NLP_ARCHITECT_TAGGER_H
#define NLP_ARCHITECT_TAGGER_H

#include <stddef.h>

#if defined(_WIN32)
#define NLP_API __declspec(dllexport)
#elif defined(__GNUC__)
#define NLP_API __attribute__((visibility("default")))
#else
#define NLP_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nlp_tagger nlp_tagger;
typedef struct nlp_result nlp_result;

/* An entity, or a word. Places are half-open: `end` is the one behind the last. */
typedef struct nlp_span {
    const char* label; /* an entity's type, or a word's label; the tagger's own, until it's freed */
    double score;      /* how sure it is, between 0 and 1 */
    size_t byte_start; /* in bytes of the text ... */
    size_t byte_end;
    size_t start; /* ... and in Unicode code points, as in Python */
    size_t end;
} nlp_span;

/* Bytes in memory. */
typedef struct nlp_bytes {
    const char* data;
    size_t size;
} nlp_bytes;

/* The files of an exported folder. They are read while the tagger is opened, and not needed after.
 */
typedef struct nlp_files {
    nlp_bytes config;     /* config.json */
    nlp_bytes vocabulary; /* vocabulary.json */
    nlp_bytes words;      /* words.safetensors */
    nlp_bytes network;    /* network.safetensors */
    nlp_bytes splitting;  /* splitting.json */
    nlp_bytes manifest;   /* MANIFEST.json: the others are compared with it; no data: they aren't */
} nlp_files;

/* Opens a folder; `threads`, at least 1, share a long text's sentences with the caller. */
NLP_API nlp_tagger* nlp_tagger_open(const char* folder, size_t threads, char* error,
                                    size_t error_size);

/* The same from memory. */
NLP_API nlp_tagger* nlp_tagger_open_files(const nlp_files* files, size_t threads, char* error,
                                          size_t error_size);

/* Tags a text of `size` bytes as one sentence; entities that score below `threshold` are left out.
 */
NLP_API nlp_result* nlp_tagger_tag(const nlp_tagger* tagger, const char* text, size_t size,
                                   double threshold, char* error, size_t error_size);

/* The entities, in their order, without overlap; they live as long as the result. */
NLP_API size_t nlp_result_entity_count(const nlp_result* result);
NLP_API const nlp_span* nlp_result_entities(const nlp_result* result);

/* All words with their labels, whatever the threshold. */
NLP_API size_t nlp_result_word_count(const nlp_result* result);
NLP_API const nlp_span* nlp_result_words(const nlp_result* result);

/* NULL is allowed. */
NLP_API void nlp_result_free(nlp_result* result);
NLP_API void nlp_tagger_free(nlp_tagger* tagger);

/* The instruction set that is used: "avx512-vnni", "avx2", "neon", "portable" ... */
NLP_API const char* nlp_kernel(void);

#ifdef __cplusplus
}
#endif

#endif
