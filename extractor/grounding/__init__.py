"""Quotes to spans: where in the article the words stand that a reply claims to quote."""
