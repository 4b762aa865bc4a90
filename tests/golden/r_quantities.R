# R's numbers for tests/pipeline/test_quantities.py, with survey 4.1-1 of R 4.2.2:
#   Rscript tests/golden/r_quantities.R      writes quantities.csv (made-up people) and r_quantities.csv beside this file
suppressMessages(library(survey))
here <- dirname(sub("^--file=", "", grep("^--file=", commandArgs(), value = TRUE)))
write_rows <- function(rows, name) write.csv(rows, file.path(here, name), row.names = FALSE, na = "", quote = FALSE)

set.seed(1952)
n <- 160
stratum <- sample(c("north", "south", "west"), n, TRUE)
units <- c(north = 4, south = 2, west = 5)[stratum]
people <- data.frame(
  id = seq_len(n), even = 5000 / n, w = sample(c(50, 100, 225, 700), n, TRUE), h = stratum,
  u = ceiling(runif(n) * units), N = c(north = 12, south = 5, west = 40)[stratum], sex = sample(c("f", "m"), n, TRUE),
  hours = sample(c(NA, 0:8 * 5), n, TRUE), pay = round(rlnorm(n, 3), 1), agree = sample(c(1:4, 9), n, TRUE)
)
people$lone <- ifelse(people$h == "west" & people$u == 1, "tiny", people$h)
people$pay[people$id %% 17 == 0] <- NA
write_rows(people, "quantities.csv")
people$score <- c(1, 2, 3, 5, NA, NA, NA, NA, NA)[people$agree]
nhanes <- read.csv(file.path(here, "../../data/raw/nhanes2/nhanes2.csv"))

of_domain <- function(survey, question, design, group, value, p, deff, totals) {
  x <- reformulate(if (question == "agree") "score" else question)
  df <- degf(design) # of the whole design, in groups too
  domain <- subset(design, !is.na(model.frame(x, model.frame(design), na.action = na.pass)[[1]]))
  if (group != "") domain <- domain[domain$variables[[group]] == value, ]
  row <- function(statistic, p, estimate, se, ci, deff = NA) {
    data.frame(survey, question, statistic, p, group_by = group, group_value = value,
               n_base = nrow(domain), estimate, se, deff, ci_low = ci[1], ci_high = ci[2])
  }
  linear <- function(statistic, m, deff = NA) {
    row(statistic, NA, coef(m)[[1]], SE(m)[[1]], as.vector(confint(m, df = df)), deff)
  }
  mean <- svymean(x, domain, deff = deff)
  variance <- svyvar(x, domain)
  names(variance) <- "v"
  quantiles <- svyquantile(x, domain, p, df = df)[[1]]
  rbind(
    if (totals) linear("total", svytotal(x, domain)),
    linear("mean", mean, deff(mean)[[1]]),
    linear("standard_deviation", svycontrast(variance, quote(sqrt(v)))),
    do.call(rbind, lapply(seq_along(p), function(i) {
      row("quantile", p[i], quantiles[i, 1], quantiles[i, 4], quantiles[i, 2:3])
    }))
  )
}

of_survey <- function(survey, design, questions, groups, deff = TRUE) {
  do.call(rbind, lapply(names(questions), function(question) {
    do.call(rbind, lapply(groups, function(group) {
      of_domain(survey, question, design, group[1], group[2], questions[[question]], deff, question != "agree")
    }))
  }))
}

made_up <- function(survey, ..., deff = TRUE) {
  questions <- list(hours = c(0.25, 0.5, 0.75), pay = c(0.2, 0.5, 0.95), agree = 0.5)
  of_survey(survey, svydesign(..., data = people, nest = TRUE), questions, list(c("", ""), c("sex", "f"), c("sex", "m")), deff)
}

by <- c(lapply(1:4, function(r) c("region", r)), lapply(1:3, function(r) c("race", r)))
rows <- rbind(
  of_survey("nhanes2", svydesign(~psuid, strata = ~stratid, weights = ~finalwgt, data = nhanes, nest = TRUE),
            list(zinc = c(0.25, 0.5, 0.75)), c(list(c("", "")), by)),
  made_up("plain", ~1, weights = ~ rep(1, n), deff = "replace"),
  made_up("simple_fpc", ~1, weights = ~even, fpc = ~ rep(5000, n)),
  made_up("weights", ~1, weights = ~w),
  made_up("strata", ~1, strata = ~h, weights = ~w),
  made_up("full", ~u, strata = ~h, weights = ~w),
  made_up("full_fpc", ~u, strata = ~h, weights = ~w, fpc = ~N),
  { options(survey.lonely.psu = "average"); made_up("lone_average", ~u, strata = ~lone, weights = ~w) },
  { options(survey.lonely.psu = "certainty"); made_up("lone_certainty", ~u, strata = ~lone, weights = ~w) }
)
numbers <- c("estimate", "se", "deff", "ci_low", "ci_high")
rows[numbers] <- lapply(rows[numbers], function(x) ifelse(is.finite(x), sprintf("%.15g", x), ""))
write_rows(rows, "r_quantities.csv")
