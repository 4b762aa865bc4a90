{#- Fails for every row where one of the columns is null and the reason is too, or none is and there is a reason. -#}
{% test null_has_a_reason(model, columns, reason) %}

    select *
    from {{ model }}
    where ({{ columns | join(" is null or ") }} is null) <> ({{ reason }} is not null)

{% endtest %}
