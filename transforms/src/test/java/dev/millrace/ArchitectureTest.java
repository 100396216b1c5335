// Licensed under the Apache License, Version 2.0; see LICENSE.
package dev.millrace;

import static com.tngtech.archunit.core.domain.JavaAccess.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.junit.LocationProvider;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.GeneralCodingRules;
import dev.millrace.block.Block;
import java.util.Set;
import org.apache.beam.sdk.transforms.DoFn;
import org.jspecify.annotations.NullMarked;

/** The layers of the library, lowest first, and the habits that all of its packages keep. */
@AnalyzeClasses(locations = ArchitectureTest.Library.class)
class ArchitectureTest {

  @ArchTest
  static final ArchRule layers_shouldPointDown =
      layeredArchitecture()
          .consideringOnlyDependenciesInLayers()
          .withOptionalLayers(true)
          .layer("control")
          .definedBy("dev.millrace.control..")
          .layer("observe")
          .definedBy("dev.millrace.observe..")
          .layer("block")
          .definedBy("dev.millrace.block..")
          .layer("connect")
          .definedBy("dev.millrace.connect..")
          .layer("dialect")
          .definedBy("dev.millrace.dialect..")
          .layer("horizon")
          .definedBy("dev.millrace.horizon..")
          .layer("ledger")
          .definedBy("dev.millrace.ledger..")
          .layer("read")
          .definedBy("dev.millrace.read..")
          .layer("write")
          .definedBy("dev.millrace.write..")
          .layer("verify")
          .definedBy("dev.millrace.verify..")
          .layer("file")
          .definedBy("dev.millrace.file..")
          .layer("cache")
          .definedBy("dev.millrace.cache..")
          .layer("pool")
          .definedBy("dev.millrace.pool..")
          .whereLayer("control")
          .mayNotAccessAnyLayer()
          .whereLayer("observe")
          .mayOnlyAccessLayers("control")
          .whereLayer("block")
          .mayOnlyAccessLayers("control", "observe")
          .whereLayer("connect")
          .mayOnlyAccessLayers("control", "observe")
          .whereLayer("dialect")
          .mayOnlyAccessLayers("control", "block", "observe", "connect")
          .whereLayer("horizon")
          .mayOnlyAccessLayers("control", "block", "connect", "dialect")
          .whereLayer("ledger")
          .mayOnlyAccessLayers("control", "block", "observe", "connect", "dialect", "horizon")
          .whereLayer("read")
          .mayOnlyAccessLayers(
              "control", "block", "observe", "connect", "dialect", "horizon", "ledger")
          .whereLayer("write")
          .mayOnlyAccessLayers("control", "block", "observe", "connect", "dialect", "ledger")
          .whereLayer("verify")
          .mayOnlyAccessLayers(
              "control", "block", "observe", "connect", "dialect", "ledger", "read", "write")
          .whereLayer("file")
          .mayOnlyAccessLayers("control", "block", "observe")
          .whereLayer("cache")
          .mayOnlyAccessLayers("control", "block", "observe", "connect", "dialect", "file")
          .whereLayer("pool")
          .mayOnlyAccessLayers("control", "block", "observe", "connect")
          .because(
              "a layer is understood, tested and replaced without those above it; a pool that JVMs"
                  + " share does so by a connection, and a lookup may be in a file");

  @ArchTest
  static final ArchRule packages_shouldStandInALayer =
      classes()
          .should()
          .resideInAnyPackage(
              "dev.millrace.control..",
              "dev.millrace.observe..",
              "dev.millrace.block..",
              "dev.millrace.connect..",
              "dev.millrace.dialect..",
              "dev.millrace.horizon..",
              "dev.millrace.ledger..",
              "dev.millrace.read..",
              "dev.millrace.write..",
              "dev.millrace.verify..",
              "dev.millrace.file..",
              "dev.millrace.cache..",
              "dev.millrace.pool..")
          .because("a package outside of the layers would escape the rule that holds them");

  @ArchTest
  static final ArchRule packages_shouldBeFreeOfCycles =
      slices()
          .matching("dev.millrace.(*)..")
          .should()
          .beFreeOfCycles()
          .because("packages in a cycle are one package");

  @ArchTest
  static final ArchRule control_shouldImportNeitherBeamNorJdbc =
      noClasses()
          .that()
          .resideInAPackage("dev.millrace.control..")
          .should()
          .dependOnClassesThat()
          .resideInAnyPackage("org.apache.beam..", "java.sql..", "javax.sql..")
          .because("decisions are simulated and fuzzed without a runner or a database");

  @ArchTest
  static final ArchRule standardStreams_shouldNotBeUsed =
      GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS.because(
          "standard output carries the command's data, and a library logs");

  @ArchTest
  static final ArchRule clocks_shouldComeFromOutside =
      noClasses()
          .should()
          .accessTargetWhere(readsTheTime())
          .because("decisions take now, so that a test can choose it");

  @ArchTest
  static final ArchRule threads_shouldNotSleep =
      noClasses()
          .should()
          .accessTargetWhere(
              target(owner(JavaClass.Predicates.equivalentTo(Thread.class)))
                  .and(target(name("sleep"))))
          .because("a wait has a deadline and is woken, and a test passes it in no time");

  @ArchTest
  static final ArchRule fns_shouldBeFinalOrPrivate =
      classes()
          .that()
          .areAssignableTo(DoFn.class)
          .should()
          .haveModifier(FINAL)
          .orShould()
          .bePrivate()
          .because("a DoFn wires; an anonymous one drags its transform along when serialized");

  @ArchTest
  static final ArchRule names_shouldSayWhatAClassIs =
      noClasses()
          .should()
          .haveNameMatching(".*(Util|Utils|Helper|Manager|Common|Impl)(\\$.*)?")
          .because("such a name tells nothing, and so gathers everything");

  @ArchTest
  static final ArchRule packages_shouldBeNullMarked =
      classes()
          .should(
              ArchCondition.from(
                  DescribedPredicate.describe(
                      "be in a package that is NullMarked",
                      (JavaClass type) -> type.getPackage().isAnnotatedWith(NullMarked.class))))
          .because("only there does the compiler check for null");

  private static DescribedPredicate<JavaAccess<?>> readsTheTime() {
    return DescribedPredicate.describe(
        "it reads the time",
        access ->
            access.getName().equals("currentTimeMillis")
                || (access.getName().equals("now")
                    && access
                        .getTargetOwner()
                        .getPackageName()
                        .matches("java\\.time|org\\.joda.*")));
  }

  /** The library's own classes, without its tests and the other modules. */
  static final class Library implements LocationProvider {
    @Override
    public Set<Location> get(Class<?> test) {
      return Set.of(Location.of(Block.class.getProtectionDomain().getCodeSource().getLocation()));
    }
  }
}
