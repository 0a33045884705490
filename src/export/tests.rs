//! Every format, over a run with awkward names.
