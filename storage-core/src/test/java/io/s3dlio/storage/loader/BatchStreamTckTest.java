package io.s3dlio.storage.loader;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.s3dlio.storage.Location;
import io.s3dlio.storage.NameTemplate;
import io.s3dlio.testing.NoLeaks;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.reactivestreams.tck.TestEnvironment;
import org.reactivestreams.tck.flow.FlowPublisherVerification;

/** A stream of batches keeps the rules of Reactive Streams, as their own tests see them. */
@Timeout(300)
@ExtendWith(NoLeaks.class)
class BatchStreamTckTest {
  @TestFactory
  Stream<DynamicTest> keepsTheRule() {
    return Arrays.stream(Verification.class.getMethods())
        .filter(method -> method.getName().matches("(required|optional|stochastic)_.*"))
        .map(method -> DynamicTest.dynamicTest(method.getName(), () -> run(method)));
  }

  private static void run(Method rule) throws Throwable {
    try (Verification verification = new Verification()) {
      verification.setUp();
      rule.invoke(verification);
    } catch (InvocationTargetException e) {
      // TestNG's way to say that a rule does not concern a publisher of this kind.
      Throwable cause = requireNonNull(e.getCause());
      if (!cause.getClass().getSimpleName().equals("SkipException")) {
        throw cause;
      }
      assertThat(rule.getName()).as(cause.getMessage()).startsWith("optional_");
    }
  }

  /** Public, as TestNG's reflection has it. */
  public static final class Verification extends FlowPublisherVerification<Batch>
      implements AutoCloseable {
    private final PatternObjects objects = PatternObjects.anyKey(10);
    private final DataLoaders loaders = new DataLoaders();

    public Verification() {
      super(new TestEnvironment(1000, 200));
    }

    @Override
    public Flow.Publisher<Batch> createFlowPublisher(long elements) {
      return loaders.stream(elements == 0 ? objects.named() : many(elements));
    }

    private Dataset many(long elements) {
      Location prefix = PatternObjects.location("");
      return objects.dataset(
          new TemplateItems(prefix, NameTemplate.parse("{}", elements), elements));
    }

    @Override
    public Flow.Publisher<Batch> createFailedFlowPublisher() {
      BatchStream stream = loaders.stream(objects.named("any"));
      stream.close();
      return stream;
    }

    @Override
    public void close() {
      loaders.close();
    }
  }

  /** Loaders to be closed. */
  private static final class DataLoaders implements AutoCloseable {
    private final List<DataLoader> opened = new CopyOnWriteArrayList<>();

    BatchStream stream(Dataset dataset) {
      DataLoader loader = new DataLoader(dataset, LoaderOptions.DEFAULT.withBatchSize(1));
      opened.add(loader);
      return loader.stream();
    }

    @Override
    public void close() {
      opened.forEach(DataLoader::close);
    }
  }
}
