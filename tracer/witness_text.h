// Names of things for people and for paths, read without running code of the program.
#pragma once

#include <Python.h>

#include <string>

namespace faaslight::tracer {

// The text of an exact str, else "" (surrogates: "?").
std::string TextOf(PyObject* text);
// A type's name without its module.
std::string TypeName(PyTypeObject* type);
// A type's `__module__`, "" where it has none that is a str.
std::string TypeModule(PyTypeObject* type);
// A short text for a container's key or item: 'text', 3, class Name, <Type>.
std::string ShortText(PyObject* value);
// Whether `name` is `package` or lies in it ("a.b" lies in "a").
bool IsInPackage(const std::string& name, const std::string& package);
// "a" of "a.b.c".
std::string TopPackage(const std::string& name);

}  // namespace faaslight::tracer
