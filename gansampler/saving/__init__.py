"""A fitted sampler as a file that runs no code: `sampler.save(path)`, `gansampler.load(path)`.

``archive`` keeps named bytes in one file, ``nodes`` turns objects into JSON and arrays and back by
forms, of which ``values``, ``columns``, ``trees``, ``named`` and ``parts`` hold those of one kind
each, ``writing`` and ``loading`` do the whole. A new kind of thing is one more form.
"""
