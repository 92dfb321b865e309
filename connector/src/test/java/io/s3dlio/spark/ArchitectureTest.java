package io.s3dlio.spark;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArchitectureTest {
  private static final JavaClasses CONNECTOR =
      new ClassFileImporter()
          .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
          .importPackages("io.s3dlio.spark");

  @Test
  void packagesHaveNoCycles() {
    slices().matching("io.s3dlio.spark.(*)..").should().beFreeOfCycles().check(CONNECTOR);
  }

  @Test
  void readingAndWritingKnowOptionsAndNotEachOther() {
    noClasses()
        .that()
        .resideInAPackage("..spark.read..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..spark.write..", "..spark.jobs..", "io.s3dlio.datagen..")
        .check(CONNECTOR);
    noClasses()
        .that()
        .resideInAPackage("..spark.write..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..spark.read..", "..spark.jobs..")
        .check(CONNECTOR);
  }

  @Test
  void optionsKnowNobody() {
    noClasses()
        .that()
        .resideInAPackage("..spark.config..")
        .should()
        .dependOnClassesThat(
            resideInAPackage("io.s3dlio.spark..").and(not(resideInAPackage("..spark.config.."))))
        .check(CONNECTOR);
  }

  @Test
  void onlyJobsAreStartedByPeople() {
    noClasses()
        .that()
        .resideOutsideOfPackage("..spark.jobs..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("..spark.jobs..", "picocli..")
        .check(CONNECTOR);
  }

  @Test
  void whatReadingShowsIsWhatTheTableAndSparkNeed() {
    List<String> shown =
        CONNECTOR.stream()
            .filter(type -> type.getPackageName().equals("io.s3dlio.spark.read"))
            .filter(type -> type.getModifiers().contains(JavaModifier.PUBLIC))
            .filter(type -> type.getEnclosingClass().isEmpty())
            .map(JavaClass::getSimpleName)
            .sorted()
            .toList();

    assertThat(shown)
        .containsExactly("Listing", "ReadMetrics", "ReadSchema", "S3dlioScanBuilder", "TableShape");
  }
}
