"""The HTTP service: texts in, entities out, batched across clients; needs the extra `serve`."""
