{#- Fails for every row whose part is larger than its whole; where either is null it passes. -#}
{% test no_more_than(model, part, whole) %}

    select *
    from {{ model }}
    where {{ part }} > {{ whole }}

{% endtest %}
