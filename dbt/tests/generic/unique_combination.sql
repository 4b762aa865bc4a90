{#- Fails for every combination of the columns that stands more than once; nulls count as equal. -#}
{% test unique_combination(model, columns) %}

    select
        {{ columns | join(", ") }},
        count(*) as occurrences
    from {{ model }}
    group by {{ columns | join(", ") }}
    having count(*) > 1

{% endtest %}
