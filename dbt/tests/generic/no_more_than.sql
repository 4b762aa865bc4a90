{% test no_more_than(model, part, whole) %}

    select *
    from {{ model }}
    where {{ part }} > {{ whole }}

{% endtest %}
