"""Reading a statement: one sentence with the figures of one base, into a triple or into a list of answers.

`96 of roughly 150 companies is about 42%`, `64%, or 96 of 150` and `96 (64%) of 150` are triples: a count, a percentage
or both, and the base. `58% yes, 31% no, 12% don't know of 26` is a listing: several answers, each with its figures. A
sentence is read in three steps: its figures, with the words in the gaps between them; what each gap says of the
figures beside it; the answers that follow. A word that could turn the meaning is refused rather than skipped, and so
is a number that fits nowhere. What a single figure means is `figures`', the words are `lexicon`'s.
"""

from collections.abc import Sequence

from dagster_project.claims.read import given
from dagster_project.claims.read.figures import Figure, figure_of, lexicon_given
from dagster_project.claims.read.gaps import Gap, Link, after_intro, bare, before_of, gap_of, heading, only_separates
from dagster_project.claims.read.glosses import Fit, Gloss, without_glosses
from dagster_project.claims.read.hedges import Kind
from dagster_project.claims.read.labels import SaidAnswer, SaidBase, names_of
from dagster_project.claims.read.lexicon import ENGLISH, Lexicon
from dagster_project.claims.read.phrases import FigureError, Phrase, read_phrase
from dagster_project.claims.read.restated import refuse_another_answer, refuse_others
from dagster_project.claims.read.rounding import RoundingRule, rule_given
from dagster_project.claims.read.sentence import EXAMPLES, Sentence
from dagster_project.claims.read.statement import Listing, Part, StatementError, Triple, are_exclusive, are_groups
from dagster_project.claims.read.tables import parse_table
from dagster_project.claims.read.tokens import Words, match_phrase, start_of, without_end
from dagster_project.claims.read.unsettled import refuse_broken_numbers, refuse_unsettled


def parse_statement(
    text: str, rounding: RoundingRule | str = RoundingRule.EITHER_HALF, lexicon: Lexicon = ENGLISH
) -> Triple | Listing:
    """Read a statement, its figures with their words as written.

    A count, a percentage or both of a base are a triple; several counts or percentages, or percentages without a base,
    a listing. Raises StatementError.
    """
    text, rounding, lexicon = given.text(text, "a statement", _EXAMPLE), rule_given(rounding), lexicon_given(lexicon)
    try:
        columns = parse_table(text, rounding, lexicon)
        if len(columns) == 1:
            return columns[0]
        text, glosses = without_glosses(text, rounding, lexicon)
        refuse_unless(text, glosses, Fit.FITS)
        return _Reader(Sentence(text, lexicon), rounding).read()
    except FigureError as error:
        raise StatementError(f"in {text!r}: {error} {EXAMPLES}") from None


def refuse_unless(text: str, glosses: Sequence[Gloss], *fits: Fit) -> None:
    """Refuse a fraction and a percentage of which the one is no rounder form of the other."""
    if wrong := next((one for one in glosses if one.fit not in fits), None):
        raise StatementError(
            f"{text!r}: the {wrong.loose!r} with {wrong.exact.phrase!r} is not understood where it stands: "
            f"the one is no rounder form of the other. {EXAMPLES}"
        )


_EXAMPLE = "96 of about 150 is 42%"


def triple_given(one: Triple | str) -> Triple:
    """A triple, or a sentence that is one."""
    read = parse_statement(one) if isinstance(one, str) else one
    if isinstance(read, Listing):
        raise StatementError(f"{read.text!r} is a list of answers, and a triple is wanted: give it to audit_listing.")
    return given.instance(read, Triple, "a triple", f"give a sentence like {_EXAMPLE!r}, or its figures as a Triple")


def listing_given(one: Listing | str) -> Listing:
    """A list of answers, or a sentence that is one."""
    read = parse_statement(one) if isinstance(one, str) else one
    if isinstance(read, Triple):
        raise StatementError(f"{read.text!r} is of one answer, and a list is wanted: give it to audit_statement.")
    return given.instance(read, Listing, "a list of answers", "give a sentence like '58% yes, 42% no of 26'")


class _Reader:
    """A sentence while it is read."""

    def __init__(self, sentence: Sentence, rounding: RoundingRule) -> None:
        self.sentence, self.rounding = sentence, rounding
        self.lexicon, self.tokens = sentence.lexicon, sentence.tokens

    def read(self) -> Triple | Listing:
        self._refuse_foreign()
        refuse_broken_numbers(self.sentence)
        base, phrases, gaps = self._base_and_others(*self._figures_and_gaps())
        answers = self._answers(phrases, gaps)
        said = [phrase for answer in answers for phrase in answer.phrases]
        refuse_unsettled(self.sentence, said, None if base is None else base.phrase)
        if base is not None and len(answers) == 1:
            return self._triple(answers[0], base)
        if base is None and (len(answers) == 1 or not any(phrase.is_percentage for phrase in said)):
            raise self._without_a_base(said)
        return self._listing(answers, base)

    def _without_a_base(self, said: Sequence[Phrase]) -> StatementError:
        figures = " and ".join(repr(self.sentence.printed(phrase)) for phrase in said)
        return self.sentence.error(f"has no base: say of how many {figures} {'are' if len(said) > 1 else 'is'}.")

    def _triple(self, answer: SaidAnswer, base: SaidBase) -> Triple:
        self.sentence.check_who(base.who)
        refuse_another_answer(self.sentence, answer.phrases, base.who)
        refuse_others(self.sentence, answer.after, base)
        count, percentage = self._count_and_percentage(answer)
        of, who = self._figure(base.phrase, Kind.BASE), self.sentence.slice(base.who)
        return Triple(count, of, percentage, self.sentence.text.strip(), who)

    def _refuse_foreign(self) -> None:
        at = start_of(self.lexicon.foreign, self.tokens)
        found = None if at is None else match_phrase(self.lexicon.foreign, self.tokens, at)
        if found:
            raise self.sentence.not_understood(self.tokens[at : found[1]])

    def _listing(self, answers: Sequence[SaidAnswer], base: SaidBase | None) -> Listing:
        answers, own_groups = self._of_whom(answers, base)
        names, who = names_of(self.sentence, answers, base)
        self._refuse_at_once(names)
        says_one_each = self.sentence.says_one_each or are_exclusive(names, self.lexicon)
        parts = [Part(name, *self._count_and_percentage(answer)) for name, answer in zip(names, answers, strict=True)]
        of = None if base is None else self._figure(base.phrase, Kind.BASE)
        return Listing(
            self.sentence.text.strip(),
            tuple(parts),
            of,
            who,
            several=self.sentence.says_several or own_groups,
            exclusive=says_one_each or self._are_people(parts, names),
            of_groups=own_groups or are_groups(names, self.lexicon),
            complete=self.sentence.says_complete,
            overall=self._overall(names, base, own_groups=own_groups),
        )

    def _are_people(self, parts: Sequence[Part], names: Sequence[str]) -> bool:
        """Whether counts are those of groups that share nobody: 81 women and 57 men."""
        return all(part.percentage is None for part in parts) and are_groups(names, self.lexicon)

    def _of_whom(self, answers: Sequence[SaidAnswer], base: SaidBase | None) -> tuple[Sequence[SaidAnswer], bool]:
        """The answers without what they are said to be of, and whether each is of a group of its own."""
        for answer in answers:
            if match_phrase(self.lexicon.of, answer.between, 0):
                raise self.sentence.not_understood(answer.between)
        if base is not None:
            return answers, False
        if self._are_of_own_groups(answers):
            return self._without_of(answers), True
        return self._of_one_group(answers), False

    def _refuse_at_once(self, names: Sequence[str]) -> None:
        if at_once := next((name for name in names if self._is_of_several(name)), None):
            raise self.sentence.error(f"says {at_once!r} of several answers at once: leave it out.")

    def _are_of_own_groups(self, answers: Sequence[SaidAnswer]) -> bool:
        """Whether each share is said to be of others, but for one of all: 61% *of women* and 48% *of men* agreed."""
        others = [answer for answer in answers if not match_phrase(self.lexicon.of, answer.after, 0)]
        of_all = [answer for answer in others if match_phrase(self.lexicon.overall, answer.after or answer.before, 0)]
        return len(answers) - len(others) > 1 and len(others) == len(of_all) < 2

    def _without_of(self, answers: Sequence[SaidAnswer]) -> Sequence[SaidAnswer]:
        """The answers without what stands before each group."""
        starts = [match_phrase(self.lexicon.of, answer.after, 0) for answer in answers]
        stops = [0 if of is None else of[1] for of in starts]
        return [one._replace(after=one.after[stop:]) for one, stop in zip(answers, stops, strict=True)]

    def _is_of_several(self, name: str) -> bool:
        return not self.lexicon.at_once.isdisjoint(name.casefold().split())

    def _overall(self, names: Sequence[str], base: SaidBase | None, *, own_groups: bool) -> int | None:
        """Which part is of all groups together."""
        said = [n for n, name in enumerate(names) if self._is_of_all(name, own_groups=own_groups)]
        if not said or (base is not None and len(names) == 1):
            return None
        others = [*names[: said[0]], *names[said[0] + 1 :]]
        if base is not None or not (own_groups or self._are_groups_alone(others)):
            raise self.sentence.error(f"says {names[said[0]]!r} of whom is not clear: give each group its base.")
        return said[0]

    def _are_groups_alone(self, names: Sequence[str]) -> bool:
        return not any(self.lexicon.groups.isdisjoint(name.casefold().split()) for name in names)

    def _is_of_all(self, name: str, *, own_groups: bool) -> bool:
        """Overall, in all; and beside groups that are said to be some: of *all respondents*."""
        words = name.casefold()
        return words in self.lexicon.overall or (own_groups and words.split()[0] in self.lexicon.overall)

    def _of_one_group(self, answers: Sequence[SaidAnswer]) -> Sequence[SaidAnswer]:
        """All are of whom the first is said to be of, where no other is said: 31% *of parents* go, 9% stay."""
        said = [answer for answer in answers if match_phrase(self.lexicon.of, answer.after, 0)]
        if said != [answers[0]]:
            return answers
        of = match_phrase(self.lexicon.of, answers[0].after, 0)
        return [answers[0]._replace(after=answers[0].after[of[1] if of else 0 :]), *answers[1:]]

    def _count_and_percentage(self, answer: SaidAnswer) -> tuple[Figure | None, Figure | None]:
        count = next((self._figure(p, Kind.COUNT) for p in answer.phrases if not p.is_percentage), None)
        return count, next((self._figure(p, Kind.PERCENTAGE) for p in answer.phrases if p.is_percentage), None)

    def _figure(self, phrase: Phrase, kind: Kind) -> Figure:
        return figure_of(phrase, self.sentence.printed(phrase), kind, self.rounding)

    # -- from tokens to figures and the gaps between them -----------------------------------------------------------

    def _figures_and_gaps(self) -> tuple[list[Phrase], list[Words]]:
        """The figures, and the words before each and behind the last. A known answer (`none of these`) is no figure."""
        phrases: list[Phrase] = []
        gaps: list[Words] = []
        at = since = 0
        while at < len(self.tokens):
            phrase = read_phrase(self.tokens, at, self.sentence.text, self.lexicon)
            answer = match_phrase(self.lexicon.answers, self.tokens, at)
            if answer and (phrase is None or answer[1] >= phrase.stop):
                at = answer[1]
            elif phrase is None:
                at += 1
            else:
                gaps.append(self.tokens[since:at])
                phrases.append(phrase)
                at = since = phrase.stop
        gaps.append(self.tokens[since:])
        return phrases, gaps

    def _place_of_base(self, phrases: Sequence[Phrase], gaps: Sequence[Words]) -> int | None:
        """Which figure is the base: the number behind an "of", or a first number that a colon and a list follow."""
        numbers = [n for n, phrase in enumerate(phrases) if not phrase.is_percentage]
        self._refuse_share_of_a_share(phrases, gaps)
        places = [n for n in numbers if before_of(gaps[n], self.lexicon) is not None]
        if len(places) > 1:
            raise self.sentence.several("bases", [phrases[n] for n in places])
        heads = [0] if 0 in numbers and self._heads_a_list(gaps[1:-1]) else []
        return next(iter(places or heads), None)

    def _refuse_share_of_a_share(self, phrases: Sequence[Phrase], gaps: Sequence[Words]) -> None:
        """Refuse a percentage that another is said to be of: half of the 40% who rent."""
        for phrase, words in zip(phrases, gaps, strict=False):
            before = without_end(words, self.lexicon.articles)[-1:]
            if phrase.is_percentage and before and before[0].word == "of":
                raise self.sentence.out_of_place([phrase], "it is a share, and no base")

    def _heads_a_list(self, inner: Sequence[Words]) -> bool:
        """Whether a colon, but not behind an answer, follows on a first figure, and two more figures on that."""
        head = heading(inner[0], self.lexicon) if len(inner) > 1 else None
        return head is not None and start_of(self.lexicon.answers, head) is None

    def _base_and_others(
        self, phrases: list[Phrase], gaps: list[Words]
    ) -> tuple[SaidBase | None, list[Phrase], list[Words]]:
        if not phrases:
            raise self.sentence.error("holds no figure.")
        place = self._place_of_base(phrases, gaps)
        return (None, phrases, gaps) if place is None else self._without_base(phrases, gaps, place)

    def _without_base(
        self, phrases: list[Phrase], gaps: list[Words], place: int
    ) -> tuple[SaidBase, list[Phrase], list[Words]]:
        """The base, the other figures, and the gaps as if the base and its words were not there."""
        if len(phrases) == 1:
            raise self.sentence.error("has a base alone: say which count or percentage of it.")
        if [token.word for token in gaps[place + 1]] == ["or"] and not phrases[place + 1].is_percentage:
            raise self.sentence.several("bases", phrases[place : place + 2])
        before = before_of(gaps[place], self.lexicon)
        if before is None:
            before = gaps[place]
        who, rest = self._who_and_rest(phrases, gaps, place)
        in_between = 0 < place < len(phrases) - 1
        apart = in_between and bool(before) and before[-1].word in self.lexicon.separators
        return (
            SaidBase(phrases[place], bare(who, self.lexicon), place, apart),
            [*phrases[:place], *phrases[place + 1 :]],
            [*gaps[:place], (*before, *rest), *gaps[place + 2 :]],
        )

    def _who_and_rest(self, phrases: Sequence[Phrase], gaps: Sequence[Words], place: int) -> tuple[Words, Words]:
        """The words behind a base that are its own, and those of the figure that follows."""
        behind = gaps[place + 1]
        if place + 1 == len(phrases):
            return behind, ()
        who = heading(behind, self.lexicon)
        if who is None:
            gap = gap_of(behind, self.lexicon)
            if gap.link is None:
                raise self.sentence.unlinked(behind, phrases[place], phrases[place + 1])
            who = gap.left
        self._check_equated(who, behind)
        return who, tuple(token for token in behind if not who or token.start >= who[-1].stop)

    def _check_equated(self, who: Words, behind: Words) -> None:
        """Words between a base and what it is said to be are checked without what could be an answer."""
        is_equated = gap_of(behind, self.lexicon).link is Link.EQUATES
        if is_equated and not any(token.word == "(" for token in behind):
            self.sentence.check(who, known_answers=False)

    # -- from gaps to answers ---------------------------------------------------------------------------------------

    def _answers(self, phrases: Sequence[Phrase], gaps: Sequence[Words]) -> list[SaidAnswer]:
        """The answers in the order of the text."""
        self.sentence.check(without_end(gaps[0], self.lexicon.articles))
        label_first = bool(gaps[0]) and gaps[0][-1].word not in self.lexicon.separators
        lead = after_intro(gaps[0], self.lexicon) if label_first else ()
        inner = self._links(phrases, gaps, label_first)
        self.sentence.check(gaps[-1], is_answer=True)
        phrases = self._with_shared_percent(phrases)
        answers = self._chained(phrases, inner, lead)
        answers[-1] = answers[-1]._replace(after=bare(gaps[-1], self.lexicon))
        if len(phrases) == len(answers) == 2 and inner[0].link is Link.COMMA:
            one, two = answers
            if phrases[0].is_percentage is not phrases[1].is_percentage and not (one.after and two.after):
                return [SaidAnswer(tuple(phrases), lead, one.after, two.after)]
        return answers

    def _links(self, phrases: Sequence[Phrase], gaps: Sequence[Words], label_first: bool) -> list[Gap]:
        """What each gap between two figures says of them, with every word in it understood."""
        inner = [gap_of(words, self.lexicon, label_first=label_first) for words in gaps[1:-1]]
        for n, gap in enumerate(inner):
            if gap.link is None:
                raise self.sentence.unlinked(gaps[n + 1], phrases[n], phrases[n + 1])
            in_brackets = any(token.word == "(" for token in gaps[n + 1])
            of_its_own = gap.link is not Link.EQUATES or in_brackets
            self.sentence.check(gap.left, known_answers=of_its_own, is_answer=of_its_own)
            self.sentence.check(gap.right)
        return inner

    def _chained(self, phrases: Sequence[Phrase], inner: Sequence[Gap], lead: Words) -> list[SaidAnswer]:
        """Figures that are equated are those of one answer; what separates begins the next."""
        answers = [SaidAnswer((phrases[0],), lead)]
        for phrase, gap in zip(phrases[1:], inner, strict=True):
            last = answers[-1]
            if gap.link is Link.EQUATES:
                same = [p for p in last.phrases if p.is_percentage is phrase.is_percentage]
                if same:
                    name = "percentages" if phrase.is_percentage else "counts"
                    raise self.sentence.several(name, [*same, phrase])
                between = bare(gap.left, self.lexicon)
                answers[-1] = last._replace(phrases=(*last.phrases, phrase), between=between)
            else:
                answers[-1] = last._replace(after=bare(gap.left, self.lexicon))
                answers.append(SaidAnswer((phrase,), bare(gap.right, self.lexicon)))
        return answers

    def _with_shared_percent(self, phrases: Sequence[Phrase]) -> list[Phrase]:
        """A percent sign behind bare numbers is the sign of all: 22/53/24/2 %. The 96 of `96, 42%` stays a count."""
        shared = list(phrases)
        for last in range(len(phrases) - 1, 0, -1):
            if shared[last].is_percentage and not shared[last].in_words:
                first = self._first_that_shares(shared, last)
                words = self.tokens[shared[first].stop : shared[last].start]
                if words and [token.word for token in words] != [","]:
                    shared[first:last] = [phrase._replace(is_percentage=True) for phrase in shared[first:last]]
        return shared

    def _first_that_shares(self, phrases: Sequence[Phrase], last: int) -> int:
        """The first of the bare numbers that lead up to a figure with nothing but separators between them."""
        for at in range(last, 0, -1):
            between = self.tokens[phrases[at - 1].stop : phrases[at].start]
            if phrases[at - 1].is_percentage or not only_separates(between, self.lexicon):
                return at
        return 0
