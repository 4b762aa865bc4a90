# R's side of against_r.py: every estimate of one survey, in the words of marts.
#   Rscript against_r.R RECORDS.csv "svydesign(...)" WANTED.csv OUT.csv fail|average TRUE|replace
# WANTED has the columns table (share or number), question, answer, variable, code, group_by, group_value, p.
suppressMessages(library(survey))
given <- commandArgs(TRUE)
options(survey.lonely.psu = given[5])
people <- read.csv(given[1], colClasses = c(sex = "character"))
design <- eval(parse(text = given[2]))
wanted <- read.csv(given[3], colClasses = "character")
# R's correction of the design effect is for weights that sum to the universe
deff_of <- if (given[6] == "TRUE") TRUE else given[6]
df <- degf(design)

numbers <- function(wish, statistic, p = "", ...) {
  values <- c(...)
  data.frame(wish[c("question", "answer", "group_by", "group_value")], statistic, p, what = names(values), value = values)
}

of_share <- function(wish, domain) {
  domain <- update(domain, chosen = as.numeric(domain$variables[[wish$variable]] == wish$code))
  share <- svymean(~chosen, domain, deff = deff_of)
  # R's beta takes the degrees of freedom of the group, unlike its other intervals, which are told those of the sample
  methods <- c(logit = "xlogit", mean = "mean", beta = if (degf(domain) == df) "beta")
  intervals <- lapply(methods, function(method) confint(svyciprop(~chosen, domain, method = method, df = df)))
  rbind(
    numbers(wish, "share", share = coef(share)[[1]], se = SE(share)[[1]], deff = deff(share)[[1]]),
    do.call(rbind, lapply(names(methods), function(method) {
      numbers(wish, paste("interval", method), low = intervals[[method]][1], high = intervals[[method]][2])
    }))
  )
}

of_number <- function(wish, domain) {
  x <- reformulate(wish$variable)
  linear <- function(statistic, m) {
    ci <- confint(m, df = df)
    numbers(wish, statistic, estimate = coef(m)[[1]], se = SE(m)[[1]], ci_low = ci[1], ci_high = ci[2])
  }
  mean <- svymean(x, domain, deff = deff_of)
  variance <- svyvar(x, domain)
  names(variance) <- "v"
  p <- as.numeric(strsplit(wish$p, ";")[[1]])
  quantiles <- svyquantile(x, domain, p, df = df)[[1]]
  rbind(
    linear("total", svytotal(x, domain)),
    linear("mean", mean),
    numbers(wish, "mean", deff = deff(mean)[[1]]),
    linear("standard_deviation", svycontrast(variance, quote(sqrt(v)))),
    do.call(rbind, lapply(seq_along(p), function(i) {
      q <- quantiles[i, ]
      numbers(wish, "quantile", p[i], estimate = q[[1]], ci_low = q[[2]], ci_high = q[[3]], se = q[[4]])
    }))
  )
}

rows <- lapply(seq_len(nrow(wanted)), function(i) {
  wish <- wanted[i, ]
  domain <- subset(design, !is.na(people[[wish$variable]]))
  if (wish$group_by != "") domain <- domain[domain$variables[[wish$group_by]] == wish$group_value, ]
  (if (wish$table == "share") of_share else of_number)(wish, domain)
})
rows <- do.call(rbind, rows)
rows$value <- sprintf("%.17g", rows$value)
write.csv(rows, given[4], row.names = FALSE)
