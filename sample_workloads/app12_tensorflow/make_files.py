"""The model: one dense layer, its weights given, saved as Keras saves one."""

import pathlib
import sys

import numpy as np
import tensorflow as tf

model = tf.keras.Sequential([tf.keras.layers.Dense(1, input_shape=(1,), name="line")])
model.compile(optimizer="sgd", loss="mse")
model.layers[0].set_weights([np.array([[2.0]], dtype=np.float32), np.array([-1.0], dtype=np.float32)])
model.save(str(pathlib.Path(sys.argv[1]) / "model.h5"))
