# Writes r_weighting.csv: the weights that R's package survey gives the made-up respondents below, which
# tests/unit/ingest/test_raking.py makes in the same way. Run as: Rscript r_weighting.R > r_weighting.csv (calibrate needs the package MASS)
suppressPackageStartupMessages(library(survey))

i <- 0:119
people <- data.frame(
  id = i,
  base = c(0.5, 1, 2.25, 7)[(i * 7 + i %/% 5) %% 4 + 1],
  sex = c("f", "m")[(i * i + i %/% 7) %% 2 + 1],
  age = c("a", "b", "c")[(i * 3 + i %/% 4) %% 3 + 1],
  region = c("n", "s", "w", "e")[(i * 5 + i %/% 11) %% 4 + 1]
)
sex <- data.frame(sex = c("f", "m"), Freq = c(520, 480))
age <- data.frame(age = c("a", "b", "c"), Freq = c(300, 450, 250))
region <- data.frame(region = c("n", "s", "w", "e"), Freq = c(100, 200, 300, 400))
crossed <- expand.grid(sex = c("f", "m"), age = c("a", "b", "c"))
crossed$Freq <- c(160, 140, 250, 200, 110, 140)

# bounds are multiples of the mean weight, 1000 / 120; R's Newton steps need weights that sum to the universe already
people$base <- people$base * 1000 / sum(people$base)
weighted <- svydesign(ids = ~1, weights = ~base, data = people)
plain <- svydesign(ids = ~1, weights = rep(1000 / 120, 120), data = people)
fine <- list(maxit = 1000, epsilon = 1e-14)
margins <- list(~sex, ~age, ~region)
numbers <- list(sex, age, region)
# cal.raking cuts off at the bounds, but its own derivative cuts off where that of cal.linear does
cut_off <- make.calfun(
  Fm1 = cal.raking$Fm1,
  dF = function(u, bounds) ifelse(exp(u) < bounds$upper & exp(u) > bounds$lower, exp(u), 0),
  name = "raking within bounds"
)
bounded <- function(design, low, high, formula = ~sex + age + region, ...) {
  totals <- c("(Intercept)" = 1000, sexm = 480, ageb = 450, agec = 250, regionn = 100, regions = 200, regionw = 300)
  calibrate(
    design, formula, totals[colnames(model.matrix(formula, people))], calfun = cut_off,
    bounds = c(low, high) * 1000 / 120, bounds.const = TRUE, epsilon = 1e-13, maxit = 1000
  )
}

answers <- list(
  post_stratified = postStratify(weighted, ~sex + age, crossed),
  post_stratified_plain = postStratify(plain, ~sex + age, crossed),
  raked = rake(weighted, margins, numbers, fine),
  raked_plain = rake(plain, margins, numbers, fine),
  raked_crossed = rake(weighted, list(~sex + age, ~region), list(crossed, region), fine),
  trimmed = bounded(weighted, 0.3, 2.5),
  trimmed_above = bounded(weighted, 0, 2.2),
  trimmed_below = bounded(weighted, 0.3, Inf),
  trimmed_plain = bounded(plain, 0.25, 3.2),
  trimmed_one_margin = bounded(weighted, 0.1, 4, ~region)
)
cat("case,id,weight\n")
for (case in names(answers)) {
  cat(sprintf("%s,%d,%.15g\n", case, people$id, weights(answers[[case]])), sep = "")
}
message("R ", getRversion(), ", survey ", packageVersion("survey"))
