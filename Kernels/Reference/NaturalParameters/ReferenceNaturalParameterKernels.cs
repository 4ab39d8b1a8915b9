using System.Numerics;

namespace Native.Kernels.Reference;

internal sealed unsafe partial class ReferenceNaturalParameterKernels<T>(Device device) : NaturalParameterKernels<T>(device)
    where T : unmanaged, IFloatingPointIeee754<T>
{
    /// <summary>A function of one variable: reads one or two columns, writes one, and says whether the variable is in the domain.</summary>
    private delegate Scalar<double> Function(Plate<Scalar<double>, double> first, Plate<Scalar<double>, double> second, Plate<Scalar<double>, double> output, Plate<Scalar<double>, double> workspace, int dimension);

    /// <summary>Applies a function to every variable, one by one, in double.</summary>
    private void ForEach<TFamily>(Cells<T> first, Cells<T> second, Cells<T> output, bool outputIsVector, int dimension, Function function)
        where TFamily : struct, IExponentialFamily
    {
        var outputRows = outputIsVector ? 1 : output.Rows;
        var firstColumn = new double[first.Rows];
        var secondColumn = new double[second.Rows];
        var outputColumn = new double[outputRows];
        fixed (double* a = firstColumn, b = secondColumn, result = outputColumn, workspace = new double[TFamily.WorkspaceRows(dimension)])
        {
            for (long i = 0; i < first.Columns; i++)
            {
                Read(first, i, firstColumn);
                Read(second, i, secondColumn);
                var valid = Scalar<double>.All(function(new(a, 1), new(b, 1), new(result, 1), new(workspace, 1), dimension));
                for (long k = 0; k < outputRows; k++)
                {
                    var value = valid ? outputColumn[k] : double.NaN;
                    if (outputIsVector)
                    {
                        output[i] = value;
                    }
                    else
                    {
                        output[k, i] = value;
                    }
                }

                if (!valid)
                {
                    var status = Device.Status.Pointer;
                    *status = Math.Min(*status, i);
                }
            }
        }
    }

    private static void Read(Cells<T> matrix, long variable, double[] column)
    {
        for (long k = 0; k < matrix.Rows; k++)
        {
            column[k] = matrix[k, variable];
        }
    }
}
