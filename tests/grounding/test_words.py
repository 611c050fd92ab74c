from extractor.grounding.words import Words


def test_words_are_lower_case_and_know_where_they_stand() -> None:
    words = Words("L'Accord n'est pas")
    assert words.keys == ["l", "accord", "n", "est", "pas"]
    assert [(word.text, word.start, word.end) for word in words.between(1, 3)] == [
        ("Accord", 2, 8),
        ("n", 9, 10),
    ]


def test_scripts_without_spaces_give_a_word_a_character() -> None:
    assert Words("昨天他说 OK").keys == ["昨", "天", "他", "说", "ok"]


def test_marks_belong_to_their_letters_and_symbols_of_measure_are_words() -> None:
    assert Words("हिन्दी 3€ 5°").keys == ["हिन्दी", "#3", "€", "#5", "°"]


def test_a_word_after_a_full_stop_opens_a_sentence() -> None:
    words = Words("Il part. Elle reste : Anne")
    assert [word.text for word in words.between(0, len(words)) if word.opens] == ["Il", "Elle", "Anne"]


def test_the_words_between_two_characters_are_numbered() -> None:
    words = Words("un six, trois")
    assert words.numbers(3, 13) == (1, 3)
    assert words.numbers(4, 8) == (2, 2)
    assert words.postings == {"un": [0], "#6": [1], "#3": [2]}
