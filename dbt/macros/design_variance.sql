{#-
The variance of a sum over sampling units by Taylor linearisation: from z, its sum over a stratum's units, and z2, the sum
of its squares. Expects the rows of `strata` joined; units without a part in it have z = 0 and need no row. Where the units of a
stratum are all alike, what their sums differ by is rounding, and counts as 0.
-#}
{% macro design_variance(z, z2) -%}
    sum(
        case
            when {{ z2 }} - {{ z }} ** 2 / strata.units > 1e-12 * {{ z2 }}
                then strata.factor * ({{ z2 }} - {{ z }} ** 2 / strata.units)
            else 0
        end
    )
{%- endmacro %}
