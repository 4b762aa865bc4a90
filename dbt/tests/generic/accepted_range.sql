{% test accepted_range(model, column_name, lowest=none, highest=none) %}

    select {{ column_name }}
    from {{ model }}
    where
        {{ column_name }} < {{ "null" if lowest is none else lowest }}
        or {{ column_name }} > {{ "null" if highest is none else highest }}

{% endtest %}
