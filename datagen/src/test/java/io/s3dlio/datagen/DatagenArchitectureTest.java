package io.s3dlio.datagen;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(
    packages = "io.s3dlio.datagen",
    importOptions = ImportOption.DoNotIncludeTests.class)
class DatagenArchitectureTest {
  @ArchTest
  static final ArchRule usesNothingButStorageCoreTheJdkAndAnEncoderOfDeflate =
      classes()
          .that()
          .resideInAPackage("io.s3dlio.datagen..")
          .should()
          .onlyDependOnClassesThat()
          .resideInAnyPackage(
              "com.jcraft.jzlib",
              "io.s3dlio.datagen..",
              "io.s3dlio.format..",
              "io.s3dlio.storage..",
              "java..",
              "org.jspecify.annotations..");
}
