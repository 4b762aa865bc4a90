{% test null_has_a_reason(model, columns, reason) %}

    select *
    from {{ model }}
    where ({{ columns | join(" is null or ") }} is null) <> ({{ reason }} is not null)

{% endtest %}
