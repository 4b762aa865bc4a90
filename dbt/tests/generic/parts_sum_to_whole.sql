{#-
Fails where the parts do not add up to the whole, or one of them has no counterpart.

The parts are summed by part_keys; of these, the ones in whole_keys find the row or rows of the whole. Where a part is
withheld (null), the others sum to no more than the whole.
-#}
{% test parts_sum_to_whole(
    model, part, part_keys, whole, whole_relation, whole_keys, part_where="true", whole_where="true"
) %}

    with parts as (

        select
            {{ part_keys | join(", ") }},
            sum({{ part }}) as parts_sum,
            count({{ part }}) < count(*) as is_withheld
        from {{ model }}
        where {{ part_where }}
        group by {{ part_keys | join(", ") }}

    ),

    wholes as (

        select
            {{ whole_keys | join(", ") }},
            sum({{ whole }}) as whole_sum,
            count(*) as found
        from {{ whole_relation }}
        where {{ whole_where }}
        group by {{ whole_keys | join(", ") }}

    )

    select
        parts.*,
        wholes.whole_sum
    from parts
    left join wholes
        on
            {% for key in whole_keys %}
                parts.{{ key }} is not distinct from wholes.{{ key }} {{ "and" if not loop.last }}
            {% endfor %}
    where
        wholes.found is null
        or case
            when parts.is_withheld then parts.parts_sum > wholes.whole_sum
            else parts.parts_sum is distinct from wholes.whole_sum
        end

{% endtest %}
