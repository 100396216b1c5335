// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.monitor;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** What is kept and shown of a run knows nothing of what ran it. */
@AnalyzeClasses(packages = "dev.millrace.monitor", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule NO_RUNNER =
      noClasses()
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.beam..", "org.apache.flink..")
          .because("a dashboard over the history starts without any of it");

  @ArchTest
  static final ArchRule ONLY_ITSELF =
      noClasses()
          .that()
          .resideInAPackage("dev.millrace.monitor..")
          .should()
          .dependOnClassesThat(
              describe(
                  "are of another module of Millrace",
                  each ->
                      each.getPackageName().startsWith("dev.millrace.")
                          && !each.getPackageName().startsWith("dev.millrace.monitor")))
          .because("who runs pipelines tells it what to keep, in its own words");

  @ArchTest
  static final ArchRule RUN_IS_THE_LOWEST =
      classes()
          .that()
          .resideInAPackage("dev.millrace.monitor.run")
          .should()
          .onlyDependOnClassesThat()
          .resideOutsideOfPackages(
              "dev.millrace.monitor.history..", "dev.millrace.monitor.dashboard..")
          .because("what is known of a run does not depend on where it is kept or shown");

  @ArchTest
  static final ArchRule NO_CYCLES =
      slices().matching("dev.millrace.monitor.(*)..").should().beFreeOfCycles();

  @ArchTest
  static final ArchRule NO_STANDARD_STREAMS =
      noClasses().should(ACCESS_STANDARD_STREAMS).because("standard output belongs to the command");
}
