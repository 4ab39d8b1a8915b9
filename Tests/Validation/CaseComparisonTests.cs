using Native.Bench;

namespace Native.Tests;

/// <summary>The rule by which a result passes.</summary>
public class CaseComparisonTests
{
    private const double NaN = double.NaN;
    private const double Infinity = double.PositiveInfinity;

    [Theory]
    [InlineData(new[] { 1.0, 2 }, new[] { 1.0, 2 }, 0.0)]
    [InlineData(new[] { 1.5, 2 }, new[] { 1.0, 2 }, 0.25)]
    [InlineData(new[] { 0.5 }, new[] { 0.25 }, 0.25)]
    [InlineData(new[] { NaN, Infinity, -Infinity, 3 }, new[] { NaN, Infinity, -Infinity, 4 }, 0.25)]
    [InlineData(new double[0], new double[0], 0.0)]
    public void TheErrorIsRelativeToTheLargestFiniteReferenceAndAtLeastOne(double[] result, double[] reference, double expected)
    {
        var error = CaseComparison.Compare(result, reference, 0.25);
        Assert.Equal(expected, error.Error);
        Assert.True(error.Passed);
        Assert.Equal(expected == 0, CaseComparison.Compare(result, reference, 0).Passed);
    }

    [Theory]
    [InlineData(new[] { NaN }, new[] { 1.0 })]
    [InlineData(new[] { 1.0 }, new[] { NaN })]
    [InlineData(new[] { Infinity }, new[] { NaN })]
    [InlineData(new[] { NaN }, new[] { Infinity })]
    [InlineData(new[] { Infinity }, new[] { 1.0 })]
    [InlineData(new[] { 1e308 }, new[] { Infinity })]
    [InlineData(new[] { Infinity }, new[] { -Infinity })]
    [InlineData(new[] { 1.0, 2 }, new[] { 1.0 })]
    public void NaNAndInfinitiesInTheWrongPlaceFailWhateverTheTolerance(double[] result, double[] reference)
    {
        var error = CaseComparison.Compare(result, reference, 1e300);
        Assert.False(error.Passed);
        Assert.Null(error.Error);
        Assert.NotNull(error.Reason);
        Assert.Equal(double.PositiveInfinity, error.Severity);
    }

    [Fact]
    public void IntegersMustBeEqual()
    {
        Assert.True(CaseComparison.Compare([1L, -1], [1L, -1]).Passed);
        Assert.False(CaseComparison.Compare([1L, -1], [1L, 0]).Passed);
        Assert.False(CaseComparison.Compare([1L], [1L, 0]).Passed);
    }

    [Fact]
    public void TolerancesAreThoseOfThePrecisionUnlessTheCaseStatesItsOwn()
    {
        var plain = CaseFile.Write(writer => { });
        Assert.Equal([1e-9, 1e-9, 1e-5, 1e-4], Tolerances(plain));
        var stated = CaseFile.Write(writer =>
        {
            writer.AddMetadata("tolerance", "1e-06");
            writer.AddMetadata("tolerance_float", "0.003");
        });
        Assert.Equal([1e-6, 1e-6, 0.003, 0.003], Tolerances(stated));

        static double[] Tolerances(string path)
        {
            var reference = ReferenceCase.Load(path);
            return [.. from isDouble in (bool[])[true, false] from tensor in (string[])["output/out", "grad/x"] select CaseComparison.ToleranceOf(reference, tensor, isDouble)];
        }
    }
}
