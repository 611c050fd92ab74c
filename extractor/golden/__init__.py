"""Golden cases: an article, the replies a model gave to it, and the result they must keep giving."""
