"""What runs an export here when nobody chooses."""

from nlp_architect_ext.runtime.native.availability import missing_kernel

FASTEST = "onnx" if missing_kernel() else "native"
