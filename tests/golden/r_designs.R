# Makes r_designs.csv: Rscript tests/golden/r_designs.R from the project's root (R 4.2.2, survey 4.1-1).
# Shares with a finite population correction and with lone units. The stratum c has one sampling unit of several; d has
# one, which is all of its universe. A domain is a ratio over the whole design: subset() would forget a stratum in which
# nobody is of the domain, and count it neither as lone nor among the strata.
suppressMessages(library(survey))
people <- read.csv("tests/golden/designs.csv", colClasses = c(wave = "character", q = "character"))
people$one <- 1
toy <- read.csv("tests/golden/fpc_toy.csv")
toy$sex <- "f"
toy$wave <- "1"
toy$q <- ifelse(toy$x > 5, "1", "0")

rows <- list()
add <- function(case, lone_units, design, domains, deff) {
  options(survey.lonely.psu = lone_units)
  for (domain in domains) {
    who <- with(design$variables, switch(domain, all = TRUE, f = sex == "f", m = sex == "m", wave == domain))
    part <- update(design, yes = as.numeric(q == "1" & who), part = as.numeric(who & TRUE))
    ratio <- svyratio(~yes, ~part, part)
    # the variance in a simple random sample of as many, as svymean(deff = deff) has it for the domain
    inside <- subset(part, part == 1)
    mean <- suppressWarnings(svymean(~yes, inside, deff = deff))
    simple <- as.vector(vcov(mean)) / as.vector(deff(mean))
    numbers <- c(coef(ratio), SE(ratio), SE(ratio)^2 / simple, degf(design))
    rows[[length(rows) + 1]] <<- data.frame(case, lone_units, domain, t(sprintf("%.15g", numbers)))
  }
}

everywhere <- c("all", "f", "m", "1", "2")
add("units", "average", svydesign(~u, strata = ~h, weights = ~w, data = people), everywhere, TRUE)
# what the weights sum to is not said, or they are scaled: to 1.66 times the respondents here, which changes nothing
add("units_unsaid", "average", svydesign(~u, strata = ~h, weights = ~w, data = people), everywhere, "replace")
people$scaled <- people$w * 1.66 * nrow(people) / sum(people$w)
add("units_respondents", "average",
  svydesign(~u, strata = ~h, weights = ~scaled, data = people), everywhere, "replace")
add("units_population", "certainty",
  svydesign(~u, strata = ~h, weights = ~w, fpc = ~units, data = people), everywhere, TRUE)
add("people_population", "certainty",
  svydesign(~1, strata = ~h, weights = ~w, fpc = ~people, data = people), everywhere, TRUE)
add("people_unweighted", "average",
  svydesign(~1, strata = ~h, weights = ~one, fpc = ~people, data = people), everywhere, "replace")
add("waves_population", "average",
  svydesign(~u, strata = ~interaction(wave, h, drop = TRUE), weights = ~w, fpc = ~units, data = people), everywhere, TRUE)
people$universe <- 150
add("universe_size", "fail", svydesign(~1, fpc = ~universe, data = people), everywhere, TRUE)
add("toy", "fail", svydesign(~1, strata = ~stratid, weights = ~weight, data = toy), "all", TRUE)
add("toy_population", "fail", svydesign(~1, strata = ~stratid, weights = ~weight, fpc = ~Nh, data = toy), "all", TRUE)

golden <- do.call(rbind, rows)
names(golden)[4:7] <- c("share", "se", "deff", "df")
write.csv(golden, "tests/golden/r_designs.csv", row.names = FALSE, quote = FALSE)
