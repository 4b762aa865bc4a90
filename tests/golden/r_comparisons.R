# Makes r_comparisons.csv: Rscript tests/golden/r_comparisons.R from the project's root (R 4.2.2, survey 4.1-1).
# Differences of shares by svyby with the covariance of its groups and svycontrast; tests of independence by svychisq.
suppressMessages(library(survey))
read <- function(file, ...) read.csv(file, colClasses = "character", na.strings = "", ...)

nhanes2 <- read("data/raw/nhanes2/nhanes2.csv")
nhanes2$finalwgt <- as.numeric(nhanes2$finalwgt)
made_up <- read("tests/golden/comparisons.csv")
made_up$w <- as.numeric(made_up$w)
second <- subset(made_up, wave == "t2")

designs <- list(
  nhanes2 = svydesign(~psuid, strata = ~stratid, weights = ~finalwgt, data = nhanes2, nest = TRUE),
  full = svydesign(~u, strata = ~h, weights = ~w, data = second, nest = TRUE),
  strata = svydesign(~1, strata = ~h, weights = ~w, data = second),
  weights = svydesign(~1, weights = ~w, data = second),
  waves = svydesign(~u, strata = ~interaction(wave, h), weights = ~w, data = made_up, nest = TRUE)
)

rows <- list()
add <- function(case, question, answer, group_by, compared_with, group_value, other_value, ...)
  rows[[length(rows) + 1]] <<- data.frame(
    case, question, answer, group_by, compared_with, group_value, other_value, t(sprintf("%.15g", c(...))))

compare <- function(case, question, answer, group_by, compared_with, one, other) {
  design <- designs[[case]]
  group <- design$variables[[group_by]]
  design <- update(design, yes = as.numeric(design$variables[[question]] == answer),
    side = if (compared_with == "rest") ifelse(group %in% one, "one", "other")
           else ifelse(group %in% one, "one", ifelse(group %in% other, "other", NA)))
  design <- subset(design, !is.na(yes) & !is.na(side))
  shares <- svyby(~yes, ~side, design, svymean, covmat = TRUE)
  difference <- svycontrast(shares, c(one = 1, other = -1))
  df <- degf(designs[[case]])
  t <- coef(difference) / SE(difference)
  add(case, question, answer, group_by, compared_with, one, other, coef(shares)["one"], coef(shares)["other"],
    SE(difference), t, df, 2 * pt(-abs(t), df))
}

associate <- function(case, question, group_by) {
  design <- designs[[case]]
  known <- !is.na(design$variables[[question]]) & !is.na(design$variables[[group_by]])
  table <- eval(bquote(~.(as.name(question)) + .(as.name(group_by))))
  f <- svychisq(table, design)
  chi2 <- svychisq(table, design, statistic = "Chisq")
  # R scales chi-squared itself, though no test, to all respondents, also those without an answer
  add(case, question, "", group_by, "association", "", "", chi2$statistic * mean(known), chi2$p.value,
    f$statistic, f$parameter, f$p.value)
}

for (question in c("diabetes", "highbp", "highlead")) {
  for (group_by in c("region", "race")) {
    values <- sort(unique(nhanes2[[group_by]]))
    for (one in values) {
      compare("nhanes2", question, "1", group_by, "rest", one, NA)
      for (other in values[values > one]) compare("nhanes2", question, "1", group_by, "group", one, other)
    }
    associate("nhanes2", question, group_by)
  }
}
associate("nhanes2", "race", "region")
for (case in c("full", "strata", "weights", "waves")) {
  for (answer in c("1", "3")) {
    for (one in c("a", "b", "c")) compare(case, "q", answer, "g", "rest", one, NA)
    compare(case, "q", answer, "g", "group", "a", "b")
    compare(case, "q", answer, "g", "group", "a", "c")
    compare(case, "q", answer, "g", "group", "b", "c")
  }
  associate(case, "q", "g")
}
for (answer in c("1", "3")) compare("waves", "q", answer, "wave", "previous_wave", "t2", "t1")
associate("waves", "q", "wave")

result <- do.call(rbind, rows)
names(result)[8:13] <- c("share_or_chi2", "other_share_or_p", "se_or_f", "statistic_or_ndf", "df_or_ddf", "p")
write.csv(result, "tests/golden/r_comparisons.csv", row.names = FALSE, quote = FALSE, na = "")
