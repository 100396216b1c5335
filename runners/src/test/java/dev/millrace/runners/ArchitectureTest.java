// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace.runners;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.util.regex.Pattern;

/**
 * The layers of the command. They share a package, and so are told by the names of their classes.
 */
@AnalyzeClasses(packages = "dev.millrace.runners", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

  private static final DescribedPredicate<JavaClass> RUN =
      named(
          "a run",
          "Run|RunSummary|Outcome|Counts|Progress|Motion|Stop|Logs|Console|Sentence|CommonOptions"
              + "|Target|Credentials|Settings|StageUse|MemoryUse|DatabaseUse|Version");

  private static final DescribedPredicate<JavaClass> WATCHING =
      named("what watches a run", "Monitoring|Recorder|FlightRecording|Alarms|Sight|Regression");

  private static final DescribedPredicate<JavaClass> COMMAND =
      named("a command or its work", "\\w*Command|\\w+Work|Commands|Millrace|JobMain");

  private static final DescribedPredicate<JavaClass> CLUSTER =
      named("of a cluster", "Flink\\w+|Cluster\\w+|JobsCommand|FollowedJob|ResumePoint|Placement");

  private static final DescribedPredicate<JavaClass> BENCHMARK =
      named("a benchmark", "Bench\\w+|\\w+BenchWork");

  /** Classes by their simple names, with all that is nested in them. */
  private static DescribedPredicate<JavaClass> named(String what, String names) {
    Pattern pattern = Pattern.compile("dev\\.millrace\\.runners\\.(" + names + ")(\\$.*)?");
    return describe("are " + what, each -> pattern.matcher(each.getName()).matches());
  }

  @ArchTest
  static final ArchRule RUN_IS_THE_LOWEST =
      noClasses()
          .that(RUN)
          .should()
          .dependOnClassesThat(WATCHING.or(COMMAND))
          .because("a run is the same whoever watches it and whatever it does");

  @ArchTest
  static final ArchRule WATCHING_KNOWS_NO_COMMAND =
      noClasses()
          .that(WATCHING)
          .should()
          .dependOnClassesThat(COMMAND)
          .because("all runs are watched alike");

  @ArchTest
  static final ArchRule WATCHING_IS_ONE_THING =
      classes()
          .that(named("its parts", "Recorder|FlightRecording|Alarms|Sight"))
          .should()
          .onlyHaveDependentClassesThat(
              WATCHING.or(named("who reads the same file", "KeptRunsCommand")))
          .because("what begins together ends together");

  @ArchTest
  static final ArchRule BENCHMARKS_ARE_THE_HIGHEST =
      classes()
          .that(named("a benchmark's work", "\\w*BenchWork"))
          .should()
          .onlyHaveDependentClassesThat(BENCHMARK)
          .because("nothing is done in another way because it is measured");

  @ArchTest
  static final ArchRule CLUSTERS_ARE_APART =
      noClasses()
          .that(not(CLUSTER))
          .should()
          .dependOnClassesThat()
          .resideInAPackage("dev.millrace.local.flink..")
          .because("what is run does not depend on where a cluster is, and how it is asked");

  @ArchTest
  static final ArchRule NO_STANDARD_STREAMS =
      noClasses()
          .that(not(named("what ends the JVM when no console can be trusted", "Stop")))
          .should(ACCESS_STANDARD_STREAMS)
          .because("each run has a console, which may be another than the process's");
}
