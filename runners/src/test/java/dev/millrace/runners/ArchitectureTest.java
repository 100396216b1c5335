// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import dev.millrace.runners.bench.BenchCommand;
import dev.millrace.runners.console.Stop;
import dev.millrace.runners.watch.Monitoring;
import dev.millrace.runners.watch.Regression;

/** The layers of the command, and the tasks of its users above them. */
@AnalyzeClasses(packages = "dev.millrace.runners", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final String TOP = "dev.millrace.runners";
  private static final String CONSOLE = TOP + ".console..";
  private static final String OPTION = TOP + ".option..";
  private static final String RUN = TOP + ".run..";
  private static final String CHILD = TOP + ".child..";
  private static final String WATCH = TOP + ".watch..";
  private static final String FLINK = TOP + ".flink..";
  private static final String BENCH = TOP + ".bench..";

  private static final String TASK = TOP + ".(backfill|sync|cache|verify|history|config|bench)..";

  /** What is the command's own, but for some of its packages. */
  private static DescribedPredicate<JavaClass> allBut(String... packages) {
    return resideInAPackage(TOP + "..").and(not(resideInAnyPackage(packages)));
  }

  @ArchTest
  static final ArchRule PACKAGES_ARE_FREE_OF_CYCLES =
      slices()
          .matching(TOP + ".(*)..")
          .should()
          .beFreeOfCycles()
          .because("packages in a cycle are one package");

  @ArchTest
  static final ArchRule RUN_IS_THE_LOWEST =
      noClasses()
          .that()
          .resideInAnyPackage(CONSOLE, OPTION, RUN)
          .should()
          .dependOnClassesThat(allBut(CONSOLE, OPTION, RUN))
          .because("a run is the same whoever watches it and whatever it does");

  @ArchTest
  static final ArchRule WATCHING_KNOWS_NO_COMMAND =
      noClasses()
          .that()
          .resideInAPackage(WATCH)
          .should()
          .dependOnClassesThat(allBut(CONSOLE, OPTION, RUN, CHILD, WATCH))
          .because("all runs are watched alike");

  @ArchTest
  static final ArchRule WATCHING_IS_ONE_THING =
      classes()
          .that()
          .resideInAPackage(WATCH)
          .and()
          .doNotBelongToAnyOf(Monitoring.class, Regression.class)
          .should()
          .onlyHaveDependentClassesThat()
          .resideInAPackage(WATCH)
          .because("what begins together ends together");

  @ArchTest
  static final ArchRule TASKS_ARE_BESIDE_EACH_OTHER =
      slices()
          .matching(TASK)
          .should()
          .notDependOnEachOther()
          .because("what two tasks share is in a layer below both");

  @ArchTest
  static final ArchRule TASKS_ARE_THE_HIGHEST =
      classes()
          .that()
          .resideInAPackage(TASK)
          .should()
          .onlyHaveDependentClassesThat(resideInAPackage(TASK).or(belongToAnyOf(Commands.class)))
          .because("only the tree of commands holds all of them");

  @ArchTest
  static final ArchRule BENCHMARKS_ARE_THE_HIGHEST =
      classes()
          .that()
          .resideInAPackage(BENCH)
          .and()
          .doNotBelongToAnyOf(BenchCommand.class)
          .should()
          .onlyHaveDependentClassesThat()
          .resideInAPackage(BENCH)
          .because("nothing is done in another way because it is measured");

  @ArchTest
  static final ArchRule CLUSTERS_ARE_APART =
      noClasses()
          .that()
          .resideOutsideOfPackage(FLINK)
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.millrace.local.flink..")
          .because("what is run does not depend on where a cluster is, and how it is asked");

  @ArchTest
  static final ArchRule NO_STANDARD_STREAMS =
      noClasses()
          .that(not(belongToAnyOf(Stop.class).as("end the JVM when no console can be trusted")))
          .should(ACCESS_STANDARD_STREAMS)
          .because("each run has a console, which may be another than the process's");
}
