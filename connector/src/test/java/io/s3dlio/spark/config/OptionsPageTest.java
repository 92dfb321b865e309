package io.s3dlio.spark.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The page {@code docs/options.md} is made from the registry. Its {@code main} writes it. */
class OptionsPageTest {
  private static final Path PAGE = Path.of("..", "docs", "options.md");

  private static final String HEAD =
      """
      # Options

      Made from the registry in the code; a test holds this page to it.

      An option of a read or a write is set with `.option(name, value)`; its default for a session
      with `spark.datasource.s3dlio.<name>`, for a table of Spark's catalog in `OPTIONS`. The option
      of the read or write wins over the table's, that over the session's default, that over
      Spark's own setting where an option follows one, that over the default below. Names are taken
      in any case. An unknown option, a malformed value and an option that means nothing in its
      place are errors. Sizes are written as Spark writes them: `1mb` is 1 MiB, `64k`, plain bytes;
      times as `500ms`, `30s`.
      """;

  @Test
  void thePageShowsEveryOptionAsItIs() throws IOException {
    assertThat(Files.readString(PAGE))
        .as("docs/options.md; write it anew with the main of this class")
        .isEqualTo(page());
  }

  public static void main(String[] args) throws IOException {
    Files.writeString(PAGE, page());
  }

  private static String page() {
    return HEAD
        + section("Reads and writes", Scope.CONNECTION)
        + section("Reads", Scope.READ)
        + section("Writes", Scope.WRITE)
        + section("The JVM: `spark.s3dlio.<name>`, set before the session starts", Scope.JVM)
        + refused();
  }

  private static String refused() {
    return LoaderOptions.all().stream()
        .map(option -> "| `%s` | %s. |\n".formatted(option.name(), upper(option.reason())))
        .collect(
            Collectors.joining(
                "",
                "\n## Refused: options of s3dlio's loaders\n\n"
                    + "| Option | Why it is an error here |\n|---|---|\n",
                ""));
  }

  private static String upper(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static String section(String title, Scope scope) {
    return Options.all().stream()
        .filter(key -> key.scope() == scope)
        .map(OptionsPageTest::row)
        .collect(
            Collectors.joining(
                "",
                "\n## %s\n\n| Option | Value | Default | What it does |\n|---|---|---|---|\n"
                    .formatted(title),
                ""));
  }

  private static String row(OptionKey<?> key) {
    String fallback = key.defaultText().isEmpty() ? "none" : "`" + key.defaultText() + "`";
    String setting = key.sparkSetting().map(s -> "`" + s + "`, else " + fallback).orElse(fallback);
    return "| `%s` | %s | %s | %s |\n".formatted(key.name(), key.type(), setting, key.doc());
  }
}
