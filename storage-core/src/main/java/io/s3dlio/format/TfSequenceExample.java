package io.s3dlio.format;

import java.util.Collections;
import java.util.List;
import java.util.Map;

/**
 * A {@code tf.train.SequenceExample}.
 *
 * @param context what holds for all of it: features by their names, in the message's order
 * @param featureLists the steps of each sequence by its name, in the message's order
 */
public record TfSequenceExample(
    Map<String, TfFeature> context, Map<String, List<TfFeature>> featureLists) {
  public TfSequenceExample {
    context = Collections.unmodifiableMap(context);
    featureLists = Collections.unmodifiableMap(featureLists);
  }
}
