#include "tracer/template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace faaslight {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

constexpr const char* kSam = R"(AWSTemplateFormatVersion: '2010-09-09'
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Timeout: 20
    MemorySize: 512
    Runtime: python3.9
    Environment: {Variables: {STAGE: test, TABLE: !Ref Table}}
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties: {TableName: !Sub '${AWS::StackName}-t'}
  Api:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: app/
      Handler: main.handler
      Timeout: 5
      Environment:
        Variables:
          LEVEL: 3
          ARN: !GetAtt Table.Arn
          URL: !Join ['', ['https://', !Ref Table]]
          NAME: "${AWS::Region}-x"
  Web:
    Type: AWS::Serverless::Function
    Properties: {Handler: index.handler, Runtime: nodejs18.x}
)";

TEST(Template, ReadsSamWithGlobalsAndShortTags) {
  const Result<FunctionTemplate> found = ReadTemplate(kSam, "Api", "template.yaml");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->handler, "main.handler");
  EXPECT_EQ(found->runtime, "python3.9");
  EXPECT_EQ(found->memory_mb, 512U);
  EXPECT_EQ(found->timeout_s, 5);
  EXPECT_THAT(found->env, ElementsAre(Pair("LEVEL", "3"), Pair("STAGE", "test")))
      << "what the cloud fills in is left out";
}

TEST(Template, TheOnlyPythonFunctionNeedsNoName) {
  const Result<FunctionTemplate> found = ReadTemplate(kSam, "", "template.yaml");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->name, "Api");
}

constexpr const char* kServerless = R"(service: shop
provider:
  name: aws
  runtime: python3.11
  memorySize: 256
  environment: {STAGE: "${opt:stage}", REGION: eu}
functions:
  first: {handler: src/first.handler, timeout: 7, environment: {ONE: yes}}
  second: {handler: src/second.handler, runtime: python3.12}
)";

TEST(Template, ReadsServerlessFunctionsOverProvider) {
  const Result<FunctionTemplate> first = ReadTemplate(kServerless, "first", "serverless.yml");
  ASSERT_TRUE(first) << first.error().message;
  EXPECT_EQ(first->handler, "src/first.handler");
  EXPECT_EQ(first->runtime, "python3.11");
  EXPECT_EQ(first->memory_mb, 256U);
  EXPECT_EQ(first->timeout_s, 7);
  EXPECT_THAT(first->env, ElementsAre(Pair("ONE", "yes"), Pair("REGION", "eu")));
  EXPECT_EQ(ReadTemplate(kServerless, "second", "serverless.yml")->runtime, "python3.12");
}

TEST(Template, SeveralFunctionsNeedAName) {
  const Result<FunctionTemplate> found = ReadTemplate(kServerless, "", "serverless.yml");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ExitCode::kUsage);
  EXPECT_THAT(found.error().message, HasSubstr("first, second"));
}

TEST(Template, AnUnknownFunctionIsNamedWithThoseThereAre) {
  const Result<FunctionTemplate> found = ReadTemplate(kSam, "Nothing", "template.yaml");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ExitCode::kUsage);
  EXPECT_THAT(found.error().message, HasSubstr("Api"));
}

TEST(Template, WhatIsNotYamlNamesTheLine) {
  const Result<FunctionTemplate> found =
      ReadTemplate("Resources:\n  a: [1\n  b: }", "", "broken.yaml");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ExitCode::kBadInput);
  EXPECT_THAT(found.error().message, HasSubstr("broken.yaml:"));
}

TEST(Template, OddShapesAreErrorsAndNoCrash) {
  for (const char* text :
       {"", "3", "- a\n- b", "Resources: 3", "functions: [a]", "functions: {a: 3}",
        "Resources: {a: [1]}", "Resources: {a: {Type: 'AWS::Serverless::Function', Properties: 7}}",
        "&a [*a]"}) {
    const Result<FunctionTemplate> found = ReadTemplate(text, "", "odd.yaml");
    if (found) {
      EXPECT_EQ(found->handler, "") << text;
    }
  }
}

}  // namespace
}  // namespace faaslight
