"""GLIP: boxes for phrases (Li et al. 2022, arXiv:2112.03857), on torch, torchvision and transformers alone.

A picture passes through `image` (resize, normalise) -> `swin` -> `fpn` -> `head` (fusion with the words of `text`,
dynamic head, dot product with every token) -> `boxes`. `model` joins them, `config` holds the sizes, `checkpoint` reads
the official files, `loss` and `tune` train, `grounder` is the interface for other packages, and `parity` compares the
port with both original code bases.
"""
