{#- The survey's row with the units of its tallies; none before these are known, and then every mart is empty. -#}
{% macro weighed_survey() -%}
    select
        survey.*,
        units.w_unit,
        units.w2_unit
    from {{ source("raw", "survey") }} as survey
    cross join {{ source("raw", "weight_units") }} as units
{%- endmacro %}


{#- A sum of weights, which tallies have in units, as a number; the nearest to it, so the same for the same sum. -#}
{% macro weights(units) -%}
    {{ units }}::double * survey.w_unit
{%- endmacro %}


{% macro squared_weights(units) -%}
    {{ units }}::double * survey.w2_unit
{%- endmacro %}
