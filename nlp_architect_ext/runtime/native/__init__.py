"""The native kernel: a C++ extension that runs exports, there where it could be compiled."""
