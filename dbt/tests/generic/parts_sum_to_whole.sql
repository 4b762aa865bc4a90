{% test parts_sum_to_whole(
    model, part, part_keys, whole, whole_relation, whole_keys, part_where="true", whole_where="true"
) %}

    with parts as (

        select
            {{ part_keys | join(",\n            ") }},
            sum({{ part }}) as parts_sum,
            count({{ part }}) < count(*) as is_withheld
        from {{ model }}
        where {{ part_where }}
        group by all

    ),

    wholes as (

        select
            {{ whole_keys | join(",\n            ") }},
            sum({{ whole }}) as whole_sum,
            count(*) as found
        from {{ whole_relation }}
        where {{ whole_where }}
        group by all

    )

    select
        parts.*,
        wholes.whole_sum
    from parts
    left join wholes
        on
            {%- for key in whole_keys %}
            {{ "and " if not loop.first }}parts.{{ key }} is not distinct from wholes.{{ key }}
            {%- endfor %}
    where
        wholes.found is null
        or case
            when parts.is_withheld then parts.parts_sum > wholes.whole_sum
            else parts.parts_sum is distinct from wholes.whole_sum
        end

{% endtest %}
