// The class `Model` of the module `_kernel`.
#pragma once

#include "binding_strings.h"

namespace nlp {

// A new reference to the class; nullptr with an error set if it can't be made.
PyObject* make_model_class();

}  // namespace nlp
