/* tag FOLDER TEXT: the entities of a text, a line each. */
#include <nlp_architect_tagger.h>
#include <stdio.h>
#include <string.h>

int main(int count, char** arguments) {
    char error[200] = "expected a folder and a text";
    const char* text = count == 3 ? arguments[2] : "";
    nlp_tagger* tagger = count == 3 ? nlp_tagger_open(arguments[1], 1, error, sizeof error) : NULL;
    nlp_result* result =
        tagger ? nlp_tagger_tag(tagger, text, strlen(text), 0, error, sizeof error) : NULL;
    for (size_t i = 0; result && i < nlp_result_entity_count(result); ++i) {
        const nlp_span* entity = nlp_result_entities(result) + i;
        printf("%s\t%.4f\t%zu\t%zu\t%.*s\n", entity->label, entity->score, entity->start,
               entity->end, (int)(entity->byte_end - entity->byte_start),
               text + entity->byte_start);
    }
    if (!result) fprintf(stderr, "tag: %s\n", error);
    nlp_result_free(result);
    nlp_tagger_free(tagger);
    return result ? 0 : 2;
}
