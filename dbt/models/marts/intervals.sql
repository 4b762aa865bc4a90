with survey as (

    select * from {{ source("raw", "survey") }}

),

estimates as (

    select
        *,
        {{ confidence_level() }} as confidence_level
    from {{ ref("estimates") }}

),

quantiles as (

    -- of the distribution functions, which DuckDB does not have: see dagster_project/sql_functions.py
    select
        estimates.*,
        survey.no_sampling_error,
        normal_quantile((1 + confidence_level) / 2) as z,
        t_quantile((1 + confidence_level) / 2, case when df > 0 then df end::double) as t,
        t_quantile((1 + confidence_level) / 2, case when n_base > 1 then n_base - 1 end::double) as t_simple
    from estimates
    cross join survey

),

effective as (

    -- the size of the simple random sample with the same spread, less what the few degrees of freedom cost
    select
        *,
        case when share > 0 and share < 1 and se > 0 then share * (1 - share) / se ** 2 * (t_simple / t) ** 2 end
            as n_interval,
        case when share > 0 and share < 1 then ln(share / (1 - share)) end as logit,
        se / (share * (1 - share)) as se_logit,
        greatest(n - 0.5::double, 0) as n_below,
        least(n + 0.5::double, n_base) as n_above,
        case
            when se is null then not_computed
            when t is null then 'no degrees of freedom'
        end as no_se,
        case
            when share is null then not_computed
            when no_sampling_error is not null then no_sampling_error
            when not is_plain then 'for a sample without weights and design only'
        end as no_count
    from quantiles

),

long as (

    select
        *,
        'wilson' as method,
        case when no_count is null then {{ wilson_bound("-", "n", "n_base", "z") }} end as low,
        case when no_count is null then {{ wilson_bound("+", "n", "n_base", "z") }} end as high,
        no_count as reason
    from effective
    union all
    -- the same, half a respondent further out
    select
        *,
        'wilson_continuity' as method,
        case when no_count is null then {{ wilson_bound("-", "n_below", "n_base", "z") }} end as low,
        case when no_count is null then {{ wilson_bound("+", "n_above", "n_base", "z") }} end as high,
        no_count as reason
    from effective
    union all
    select
        *,
        'clopper_pearson' as method,
        case
            when no_count is not null then null
            when n = 0 then 0
            else beta_quantile((1 - confidence_level) / 2, n::double, (n_base - n + 1)::double)
        end as low,
        case
            when no_count is not null then null
            when n = n_base then 1
            else beta_quantile((1 + confidence_level) / 2, (n + 1)::double, (n_base - n)::double)
        end as high,
        no_count as reason
    from effective
    union all
    select
        *,
        'logit' as method,
        case when se > 0 then 1 / (1 + exp(t * se_logit - logit)) end as low,
        case when se > 0 then 1 / (1 + exp(-t * se_logit - logit)) end as high,
        coalesce(
            no_se,
            case
                when logit is null then 'a share of 0 or 1 has no logit interval'
                when low is null then 'a standard error of 0 has no width'
            end
        ) as reason
    from effective
    union all
    select
        *,
        'beta' as method,
        beta_quantile((1 - confidence_level) / 2, n_interval * share, n_interval * (1 - share) + 1) as low,
        beta_quantile((1 + confidence_level) / 2, n_interval * share + 1, n_interval * (1 - share)) as high,
        coalesce(no_se, case when n_interval is null then 'a standard error of 0 has no effective size' end) as reason
    from effective
    union all
    select
        *,
        'wilson_effective' as method,
        case when n_interval > 0 then {{ wilson_bound("-", "n_interval * share", "n_interval", "z") }} end as low,
        case when n_interval > 0 then {{ wilson_bound("+", "n_interval * share", "n_interval", "z") }} end as high,
        coalesce(no_se, case when n_interval is null then 'a standard error of 0 has no effective size' end) as reason
    from effective
    union all
    select
        *,
        'mean' as method,
        case when se > 0 then share - t * se end as low,
        case when se > 0 then share + t * se end as high,
        coalesce(no_se, case when low is null then 'a standard error of 0 has no width' end) as reason
    from effective

),

final as (

    select
        survey,
        generation,
        provenance,
        question,
        base_id,
        position,
        answer,
        kind,
        group_by,
        group_value,
        method,
        method = case when is_plain then 'wilson' else 'logit' end as is_default,
        confidence_level,
        low,
        high,
        reason as not_computed,
        withheld_because
    from long

)

{{ masked("final") }}
