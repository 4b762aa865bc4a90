-- a generic test is linted, like a macro, where it is called
with accepted_range as (

    {{ test_accepted_range("a_model", "share", lowest=0, highest=1) }}

),

no_more_than as (

    {{ test_no_more_than("a_model", "part", "whole") }}

),

null_has_a_reason as (

    {{ test_null_has_a_reason("a_model", ["se", "df"], "not_computed") }}

),

parts_sum_to_whole as (

    {{ test_parts_sum_to_whole("a_model", "n", ["question", "kind"], "n_base", "another_model", ["question"]) }}

),

unique_combination as (

    {{ test_unique_combination("a_model", ["question", "answer"]) }}

)

select *
from accepted_range
cross join no_more_than
cross join null_has_a_reason
cross join parts_sum_to_whole
cross join unique_combination
