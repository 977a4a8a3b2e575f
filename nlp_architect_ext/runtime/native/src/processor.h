// What the processor can do, and the operating system lets it.
#pragma once

namespace nlp {

struct Processor {
    bool has_avx2 = false;         // with FMA and F16C
    bool has_avx_vnni = false;     // VNNI on 256 bits, without AVX-512
    bool has_avx512 = false;       // F, BW, DQ, VL and VNNI
    bool has_dot_product = false;  // of Arm
};

Processor processor();

}  // namespace nlp
