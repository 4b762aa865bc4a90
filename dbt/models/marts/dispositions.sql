{% set columns = tally_rows(
    "select 1 from duckdb_columns() where schema_name = 'records' and table_name = 'records' and column_name = 'disposition'"
) %}
-- depends_on: {{ source("records", "records") }}
with survey as (

    select * from {{ source("raw", "survey") }}

),

records as (

    {% if columns -%}
        select disposition from {{ source("records", "records") }}
    {%- else -%}
        select null::varchar as disposition
        where false
    {%- endif %}

),

counted as (

    select
        disposition,
        count(*)::bigint as n
    from records
    group by disposition

),

outcomes as (

    select *
    from (
        values
        (1, 'complete', 'I', 'Complete interview'),
        (2, 'partial', 'P', 'Partial interview'),
        (3, 'refusal', 'R', 'Refusal or break-off'),
        (4, 'non_contact', 'NC', 'Not contacted'),
        (5, 'other', 'O', 'Eligible, not interviewed for another reason'),
        (6, 'unknown_household', 'UH', 'Unknown whether there is an eligible household'),
        (7, 'unknown_other', 'UO', 'Unknown whether eligible for another reason'),
        (8, 'not_eligible', 'NE', 'Not eligible')
    ) as all_outcomes (position, disposition, symbol, disposition_label)

),

final as (

    select
        survey.survey,
        survey.generation,
        survey.provenance,
        outcomes.position,
        outcomes.disposition,
        outcomes.symbol,
        outcomes.disposition_label,
        coalesce(counted.n, 0) as n,
        -- of how many nothing came is no answer that could be withheld
        null::varchar as withheld_because
    from outcomes
    cross join survey
    left join counted on outcomes.disposition = counted.disposition
    where survey.has_disposition

)

{{ masked("final") }}
