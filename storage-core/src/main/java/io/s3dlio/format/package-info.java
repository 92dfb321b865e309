/**
 * The file formats of training data, NPY, NPZ, TFRecord and HDF5: what stands around the samples'
 * bytes. Nothing here knows where bytes come from or go to.
 */
@NullMarked
package io.s3dlio.format;

import org.jspecify.annotations.NullMarked;
