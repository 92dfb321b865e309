package io.s3dlio.spark.config;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.StoreConfig;
import io.s3dlio.storage.azure.AzureConfig;
import io.s3dlio.storage.gcs.GcsConfig;
import io.s3dlio.storage.s3.S3Config;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.apache.hadoop.conf.Configuration;

/**
 * The values in force for one read or write and where each came from. Precedence: the option of the
 * read or write, that of the table's definition, the session's {@code spark.datasource.s3dlio.*},
 * Spark's own setting where the option follows one, Hadoop's {@code fs.s3a.*}, {@code fs.azure.*}
 * and {@code fs.gs.*}, the default. Immutable; lives on the driver.
 */
public final class ResolvedOptions {
  /** The prefix of session settings that are defaults of options. */
  public static final String SESSION_PREFIX = "spark.datasource.s3dlio.";

  /** The prefix of the JVM's options in Spark's configuration. */
  public static final String JVM_PREFIX = "spark.s3dlio.";

  /** What Spark writes in place of a secret. */
  private static final String REDACTED = "*********(redacted)";

  /** Keys that Spark itself puts among the options. */
  private static final Set<String> SPARK_KEYS = Set.of("path", "paths");

  private final Map<OptionKey<?>, Value> values;

  /** Of buckets and containers that Hadoop's settings treat each in its own way. */
  private final Map<Container, ResolvedOptions> containers;

  private record Container(String scheme, String name) {
    static Container of(Location location) {
      return new Container(location.scheme(), location.container());
    }

    @Override
    public String toString() {
      return name;
    }
  }

  private record Value(Object value, String text, Origin origin) {}

  /** Where a value came from. */
  public enum Origin {
    OPTION,
    TABLE,
    SESSION,
    SPARK,
    HADOOP,
    ADAPTIVE,
    DEFAULT
  }

  private ResolvedOptions(
      Map<OptionKey<?>, Value> values, Map<Container, ResolvedOptions> containers) {
    this.values = values;
    this.containers = containers;
  }

  /** Resolves a read's options. Both maps' keys are taken in any case. */
  public static ResolvedOptions forRead(Map<String, String> options, Map<String, String> session) {
    return forRead(options, Map.of(), session);
  }

  /**
   * Resolves the options of a read of a table that a catalog defines.
   *
   * @param table those of the table's definition; what is of writes alone is let be
   */
  public static ResolvedOptions forRead(
      Map<String, String> options, Map<String, String> table, Map<String, String> session) {
    return resolve(EnumSet.of(Scope.CONNECTION, Scope.READ), options, table, session);
  }

  /** Resolves a write's options. Both maps' keys are taken in any case. */
  public static ResolvedOptions forWrite(Map<String, String> options, Map<String, String> session) {
    return forWrite(options, Map.of(), session);
  }

  /**
   * Resolves the options of a write to a table that a catalog defines.
   *
   * @param table those of the table's definition; what is of reads alone is let be
   */
  public static ResolvedOptions forWrite(
      Map<String, String> options, Map<String, String> table, Map<String, String> session) {
    return resolve(EnumSet.of(Scope.CONNECTION, Scope.WRITE), options, table, session);
  }

  private static ResolvedOptions resolve(
      Set<Scope> scopes,
      Map<String, String> options,
      Map<String, String> table,
      Map<String, String> session) {
    Map<String, String> given = lowerKeys(options, "");
    Map<String, String> ofTable = lowerKeys(table, "");
    Map<String, String> sessionDefaults = lowerKeys(session, SESSION_PREFIX);
    Map<String, String> spark = lowerKeys(session, "");
    List<OptionKey<?>> known =
        Options.all().stream().filter(key -> scopes.contains(key.scope())).toList();
    requireOfReadsOrWrites(SESSION_PREFIX, sessionDefaults.keySet());
    requireOfReadsOrWrites("", ofTable.keySet());
    lowerKeys(session, JVM_PREFIX)
        .forEach(
            (name, value) ->
                Options.all().stream()
                    .filter(key -> key.scope() == Scope.JVM && key.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(() -> unknown(JVM_PREFIX, name, Options.all()))
                    .parse(value));
    Set<String> names = known.stream().map(key -> lower(key.name())).collect(Collectors.toSet());
    for (Map.Entry<String, String> option : given.entrySet()) {
      String name = option.getKey();
      // Spark mixes the session's defaults into the options; those of other scopes are not ours.
      boolean fromSession = option.getValue().equals(sessionDefaults.get(name));
      if (!names.contains(name) && !SPARK_KEYS.contains(name) && !fromSession) {
        throw unknown("", name, known);
      }
    }
    Map<OptionKey<?>, Value> values = new LinkedHashMap<>();
    for (OptionKey<?> key : known) {
      values.put(key, resolve(key, given, ofTable, sessionDefaults, spark));
    }
    return new ResolvedOptions(values, Map.of());
  }

  private static void requireOfReadsOrWrites(String prefix, Set<String> names) {
    for (String name : names) {
      if (Options.all().stream()
          .noneMatch(key -> key.scope() != Scope.JVM && key.name().equalsIgnoreCase(name))) {
        throw unknown(prefix, name, Options.all());
      }
    }
  }

  private static Value resolve(
      OptionKey<?> key,
      Map<String, String> given,
      Map<String, String> table,
      Map<String, String> sessionDefaults,
      Map<String, String> spark) {
    String name = lower(key.name());
    String option = given.get(name);
    String sessionDefault = sessionDefaults.get(name);
    if (option != null && !option.equals(sessionDefault)) {
      return value(key, option, Origin.OPTION);
    }
    String ofTable = table.get(name);
    if (ofTable != null) {
      return value(key, ofTable, Origin.TABLE);
    }
    if (sessionDefault != null) {
      return value(key, sessionDefault, Origin.SESSION);
    }
    Optional<String> own = key.sparkSetting().map(setting -> spark.get(lower(setting)));
    return own.isPresent()
        ? value(key, own.get(), Origin.SPARK)
        : value(key, key.defaultText(), Origin.DEFAULT);
  }

  private static Value value(OptionKey<?> key, String text, Origin origin) {
    return new Value(key.parse(text), text, origin);
  }

  /** Returns an option's value. The option is of one of the scopes that were resolved. */
  @SuppressWarnings("unchecked")
  public <T> T value(OptionKey<T> key) {
    return (T) require(key).value();
  }

  /** Returns these options with another default of one of them. */
  public ResolvedOptions withDefault(OptionKey<?> key, String text) {
    return inPlaceOfDefault(key, text, Origin.DEFAULT);
  }

  /** Returns these options with one that follows the workload unless it was set. */
  ResolvedOptions withAdaptive(OptionKey<?> key, String text) {
    return inPlaceOfDefault(key, text, Origin.ADAPTIVE);
  }

  private ResolvedOptions inPlaceOfDefault(OptionKey<?> key, String text, Origin origin) {
    if (origin(key) != Origin.DEFAULT) {
      return this;
    }
    Map<OptionKey<?>, Value> changed = new LinkedHashMap<>(values);
    changed.put(key, value(key, text, origin));
    return new ResolvedOptions(changed, containers);
  }

  /** Returns these options with their own defaults for some of them, whatever was set. */
  public ResolvedOptions without(OptionKey<?>... keys) {
    Map<OptionKey<?>, Value> changed = new LinkedHashMap<>(values);
    for (OptionKey<?> key : keys) {
      changed.put(key, value(key, key.defaultText(), Origin.DEFAULT));
    }
    return new ResolvedOptions(changed, containers);
  }

  /**
   * Returns these options with the settings of Hadoop's own connectors for defaults: {@code
   * fs.s3a.*} where a location is on {@code s3://}, {@code fs.azure.*} and {@code fs.gs.*}
   * likewise.
   *
   * @throws IllegalArgumentException if a setting is malformed or asks for what we cannot do
   */
  public ResolvedOptions withHadoop(Configuration hadoop, List<Location> locations) {
    Map<Container, ResolvedOptions> own = new LinkedHashMap<>();
    for (Location location : locations) {
      HadoopSettings.of(hadoop, location)
          .ifPresent(
              settings -> own.computeIfAbsent(Container.of(location), of -> withHadoop(settings)));
    }
    boolean alike = own.values().stream().map(each -> each.values).distinct().count() == 1;
    return own.isEmpty()
        ? this
        : alike ? own.values().iterator().next() : new ResolvedOptions(values, own);
  }

  private ResolvedOptions withHadoop(HadoopSettings settings) {
    Map<String, String> options = settings.options();
    boolean keysGiven = settings.identity().stream().anyMatch(this::isGiven);
    Map<OptionKey<?>, Value> changed = new LinkedHashMap<>(values);
    for (OptionKey<?> key : values.keySet()) {
      String text = options.get(key.name());
      // Whose requests they are is decided in one place, not mixed from several.
      if (text != null && !isGiven(key) && !(keysGiven && settings.identity().contains(key))) {
        try {
          changed.put(key, value(key, text, Origin.HADOOP));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "Invalid setting of %s for %s: %s".formatted(settings.name(), key, e.getMessage()),
              e);
        }
      }
    }
    return new ResolvedOptions(changed, Map.of());
  }

  private boolean isGiven(OptionKey<?> key) {
    return origin(key) != Origin.DEFAULT;
  }

  /** Returns where an option's value came from. */
  public Origin origin(OptionKey<?> key) {
    return require(key).origin();
  }

  /**
   * Refuses an option of the read or write where it means nothing. A session's default is let be.
   *
   * @throws IllegalArgumentException with the reason if it was given
   */
  public void requireNotSet(OptionKey<?> key, String reason) {
    if (origin(key) == Origin.OPTION) {
      throw new IllegalArgumentException("Invalid option: '%s' (%s)".formatted(key, reason));
    }
  }

  /** Returns whether an option is of one of the scopes that were resolved. */
  boolean isOfScope(OptionKey<?> key) {
    return values.containsKey(key);
  }

  private Value require(OptionKey<?> key) {
    Value value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("Option %s was not resolved here".formatted(key));
    }
    return value;
  }

  /**
   * Returns what the stores of some locations are opened with.
   *
   * @throws IllegalArgumentException if an option was given that means nothing for any of them
   */
  public StoreConfig storeConfig(List<Location> locations) {
    requireMeaning(List.of(FileOptions.PAGE_CACHE_MODE), List.of("file"), locations);
    requireMeaning(List.of(FileOptions.DIRECT_FALLBACK), List.of("direct"), locations);
    for (OptionKey<?> key : StoreOptions.all()) {
      requireMeaning(List.of(key), StoreOptions.schemes(key), locations);
    }
    requireMeaning(S3Options.all(), List.of("s3"), locations);
    requireMeaning(AzureOptions.all(), List.of("az"), locations);
    requireMeaning(GcsOptions.all(), List.of("gs"), locations);
    requireOneObject(locations);
    Set<String> schemes = locations.stream().map(Location::scheme).collect(Collectors.toSet());
    // What one service does not have is no error where another is asked.
    return new StoreConfig(
        value(FileOptions.PAGE_CACHE_MODE),
        value(FileOptions.DIRECT_FALLBACK),
        schemes.contains("s3") ? S3Options.config(this) : S3Config.DEFAULT,
        ofContainers("s3", S3Options::config),
        schemes.contains("az") ? AzureOptions.config(this) : AzureConfig.DEFAULT,
        ofContainers("az", AzureOptions::config),
        schemes.contains("gs") ? GcsOptions.config(this) : GcsConfig.DEFAULT,
        ofContainers("gs", GcsOptions::config));
  }

  private <C> Map<String, C> ofContainers(String scheme, Function<ResolvedOptions, C> config) {
    Map<String, C> result = new LinkedHashMap<>();
    containers.forEach(
        (container, options) -> {
          if (container.scheme().equals(scheme)) {
            result.put(container.name(), config.apply(options));
          }
        });
    return result;
  }

  private void requireMeaning(
      List<OptionKey<?>> keys, List<String> schemes, List<Location> locations) {
    if (locations.stream().anyMatch(location -> schemes.contains(location.scheme()))) {
      return;
    }
    for (OptionKey<?> key : keys) {
      if (isOfScope(key) && (origin(key) == Origin.OPTION || origin(key) == Origin.TABLE)) {
        throw new IllegalArgumentException(
            "Invalid option: '%s' (it means something for %s:// alone)"
                .formatted(key, String.join("://, ", schemes)));
      }
    }
  }

  private void requireOneObject(List<Location> locations) {
    if (!isOfScope(S3Options.VERSION_ID) || !isGiven(S3Options.VERSION_ID)) {
      return;
    }
    boolean one =
        locations.size() == 1
            && !locations.get(0).isPrefix()
            && value(ReadOptions.MANIFEST).isEmpty()
            && value(ReadOptions.NAME_TEMPLATE).isEmpty()
            && !(value(ReadOptions.GLOB_PATHS) && PathPattern.isPattern(locations.get(0)));
    if (!one) {
      throw new IllegalArgumentException(
          "Invalid versionId: '%s' (it is a version of one object, and the load names %s; load that"
                  .formatted(
                      require(S3Options.VERSION_ID).text(),
                      locations.size() == 1 ? locations.get(0) : locations.size() + " paths")
              + " object alone)");
    }
  }

  /** Returns what was set, but secrets, by name, as it was written: for plans and manifests. */
  public Map<String, String> explicit() {
    Map<String, String> result = new LinkedHashMap<>();
    values.forEach(
        (key, value) -> {
          if (value.origin() != Origin.DEFAULT
              && value.origin() != Origin.ADAPTIVE
              && !key.isSecret()) {
            result.put(key.name(), value.text());
          }
        });
    return result;
  }

  /** Returns every value in force and, where it is not the default, its origin. */
  public String describe() {
    String ofAll = describe(entry -> true);
    return containers.isEmpty()
        ? ofAll
        : ofAll
            + containers.entrySet().stream()
                .map(
                    container ->
                        "; %s: %s"
                            .formatted(
                                container.getKey(),
                                container
                                    .getValue()
                                    .describe(entry -> entry.origin() == Origin.HADOOP)))
                .collect(Collectors.joining());
  }

  private String describe(Predicate<Value> shown) {
    return values.entrySet().stream()
        .filter(entry -> !entry.getValue().text().isEmpty() && shown.test(entry.getValue()))
        .map(
            entry -> {
              Origin origin = entry.getValue().origin();
              String from = origin == Origin.DEFAULT ? "" : " (" + lower(origin.name()) + ")";
              String text = entry.getKey().isSecret() ? REDACTED : entry.getValue().text();
              return entry.getKey().name() + "=" + text + from;
            })
        .collect(Collectors.joining(", "));
  }

  private static IllegalArgumentException unknown(
      String prefix, String name, List<OptionKey<?>> known) {
    Optional<LoaderOptions.Refused> ofLoaders = LoaderOptions.find(name);
    if (ofLoaders.isPresent()) {
      return new IllegalArgumentException(
          "Invalid option: '%s%s' (it is one of s3dlio's loaders, and means nothing in Spark: %s)"
              .formatted(
                  prefix, ofLoaders.get().name(), ofLoaders.get().reason().replace("`", "")));
    }
    String nearest =
        known.stream()
            .map(OptionKey::name)
            .min(
                Comparator.comparing(
                    candidate -> new LevenshteinDistance().apply(lower(candidate), name)))
            .orElseThrow();
    Optional<OptionKey<?>> elsewhere =
        Options.all().stream().filter(key -> key.name().equalsIgnoreCase(name)).findFirst();
    if (elsewhere.isPresent() && elsewhere.get().scope() == Scope.JVM) {
      return new IllegalArgumentException(
          "Invalid option: '%s%s' (it is a JVM option: set %s%s before the session starts)"
              .formatted(prefix, name, JVM_PREFIX, elsewhere.get().name()));
    }
    return new IllegalArgumentException(
        elsewhere.isPresent()
            ? "Invalid option: '%s%s' (it means nothing here; it is a %s option)"
                .formatted(prefix, name, lower(elsewhere.get().scope().name()))
            : "Invalid option: '%s%s' is unknown (did you mean '%s'?)"
                .formatted(prefix, name, nearest));
  }

  private static Map<String, String> lowerKeys(Map<String, String> map, String prefix) {
    Map<String, String> result = new LinkedHashMap<>();
    map.forEach(
        (key, value) -> {
          if (key.regionMatches(true, 0, prefix, 0, prefix.length())) {
            result.put(lower(key.substring(prefix.length())), value);
          }
        });
    return result;
  }

  private static String lower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }
}
