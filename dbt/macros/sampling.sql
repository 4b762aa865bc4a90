{% macro design() -%}
    select
        any_value(strata.df) as df,
        any_value(strata.no_standard_error) as no_standard_error,
        coalesce(any_value(survey.weights_sum_to) = 'universe', false) as weights_sum_to_universe,
        any_value(survey.weighted or survey.has_stratum or survey.has_sampling_unit) or count(strata.population) > 0
            as is_complex,
        coalesce(any_value(survey.has_wave), false) as has_wave,
        -- of a simple random sample whose universe is counted: the part of it that was not drawn
        case
            when any_value(survey.has_stratum or survey.has_sampling_unit) then 1
            else greatest(1 - coalesce(sum(strata.units) / {{ sum_in_order("strata.population") }}, 0), 0)
        end as part_not_drawn,
        normal_quantile((1 + {{ confidence_level() }}) / 2) as z,
        t_quantile((1 + {{ confidence_level() }}) / 2, any_value(strata.df) filter (strata.df > 0)::double) as t
    from {{ ref("strata") }} as strata
    cross join {{ source("raw", "survey") }} as survey
{%- endmacro %}


{% macro sample_units() -%}
    select
        units.*,
        strata.stratum_id,
        row_number() over (order by units.stratum, units.sampling_unit) as unit_id
    from (
        select distinct
            stratum,
            sampling_unit
        from {{ ref("respondents") }}
        where group_by is null
    ) as units
    inner join {{ ref("strata") }} as strata on units.stratum is not distinct from strata.stratum
{%- endmacro %}


{% macro base_units() -%}
    select
        bases.base_id,
        sample_units.unit_id,
        any_value(sample_units.stratum_id) as stratum_id,
        {{ weights("sum(respondents.w)") }} as w,
        {{ squared_weights("sum(respondents.w2)") }} as w2
    from {{ ref("respondents") }} as respondents
    inner join bases
        on
            respondents.question = bases.question
            and respondents.group_by is not distinct from bases.group_by
            and respondents.group_value is not distinct from bases.group_value
    inner join sample_units
        on
            respondents.stratum is not distinct from sample_units.stratum
            and respondents.sampling_unit is not distinct from sample_units.sampling_unit
    cross join survey
    where {{ is_in_base("respondents.kind", "bases.base_rule") }}
    group by bases.base_id, sample_units.unit_id, survey.w_unit, survey.w2_unit
{%- endmacro %}


{% macro answer_units(rows, row_id) -%}
    select
        {{ rows }}.{{ row_id }},
        sample_units.unit_id,
        sample_units.stratum_id,
        tallies.n,
        tallies.w as w_in_units,
        {{ weights("tallies.w") }} as w,
        {{ squared_weights("tallies.w2") }} as w2
    from {{ ref("tallies") }} as tallies
    inner join {{ rows }}
        on
            tallies.question = {{ rows }}.question
            and tallies.answer = {{ rows }}.answer
            and tallies.kind = {{ rows }}.kind
            and tallies.group_by is not distinct from {{ rows }}.group_by
            and tallies.group_value is not distinct from {{ rows }}.group_value
    inner join sample_units
        on
            tallies.stratum is not distinct from sample_units.stratum
            and tallies.sampling_unit is not distinct from sample_units.sampling_unit
    cross join survey
{%- endmacro %}


{#- Where the units of a stratum are all alike, what their sums differ by is rounding, and counts as 0. -#}
{% macro design_variance(z, z2, unit="2 ** -100") -%}
    {%- set spread -%}
        case
            when {{ z2 }} - {{ z }} ** 2 / strata.units > 1e-12 * {{ z2 }}
                then strata.factor * ({{ z2 }} - {{ z }} ** 2 / strata.units)
            else 0
        end
    {%- endset -%}
    {{ steady_sum(spread, unit) }}
{%- endmacro %}
