{% macro holm(relation, p, family) -%}
    select
        adjusted.*,
        adjusted.p_holm < 1 - {{ confidence_level() }} as is_significant
    from (
        select
            ranked.* exclude (tests_left),
            -- the smallest p times the number of tests, the next times one less, and never less than one before it
            case
                when ranked.{{ p }} is not null
                    then
                        least(max(ranked.{{ p }} * ranked.tests_left) over (
                            partition by {{ family }}
                            order by ranked.tests_left desc
                        ), 1)
            end as p_holm
        from (
            select
                *,
                count({{ p }}) over (partition by {{ family }})
                - row_number() over (
                    partition by {{ family }}
                    order by {{ p }} nulls last
                ) + 1 as tests_left
            from {{ relation }}
        ) as ranked
    ) as adjusted
{%- endmacro %}
